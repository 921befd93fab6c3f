import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkConfig } from './check-config.js';

describe('toolplane config check', () => {
  it('takes the configuration that comes with the product', () => {
    const said: string[] = [];
    checkConfig('deploy/config', (line) => said.push(line));
    expect(said).toEqual([
      'deploy/config is right: 5 tools, 1 toolkit, 3 agent types.',
      '  discovery: asset_creation, data_validation, critical_attributes, asset_intelligence',
      '  field_mapper: mapping_confidence, data_validation, critical_attributes',
      '  questionnaire_generator: critical_attributes, asset_intelligence',
    ]);
  });

  it('compiles schemas and holds examples to them, and says in which line they break', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-check-'));
    const tool = (name: string, inputSchema: string): string => `  - name: ${name}\n    description: d\n    category: c\n    type: dummy\n    inputSchema: ${inputSchema}\n`;
    try {
      const examples = '    examples:\n      - input: {}\n      - input: { n: one }\n';
      writeFileSync(path.join(folder, 'a.yaml'), `tools:\n${tool('one', '{ type: object, properties: { n: { type: nothing } } }')}${tool('two', '{ type: object, properties: { n: { type: integer } } }')}${examples}`);
      expect(() => checkConfig(folder, () => undefined)).toThrow(/a\.yaml:6 \/tools\/0\/inputSchema\/properties\/n\/type: [^]*a\.yaml:14 \/tools\/1\/examples\/1\/input\/n: /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
