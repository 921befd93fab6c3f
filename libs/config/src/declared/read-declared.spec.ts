import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigurationError } from '../configuration-error.js';
import { readDeclared } from './read-declared.js';

const TOOLS = `# Tools that several agent types share.
tools:
  - name: asset_creation
    description: Creates an asset.
    category: data_management
    type: dummy
    inputSchema:
      type: object
  - name: data_validation
    description: Validates records.
    category: data_analysis
    type: dummy
    inputSchema: { type: object }

commonCategories:
  data_analysis: [data_validation]
`;
const AGENTS = `agents:
  - name: discovery
    displayName: Discovery
    model: a-model
    systemPrompt: You find assets.
    specificTools:
      - asset_creation
    commonCategories: [data_analysis]
toolkits:
  - name: basics
    description: The basics.
    tools: [data_validation]
`;

describe('declared configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'toolplane-declared-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  };
  /** Of each fault: file, line and message. */
  const faults = (): string[] => {
    try {
      readDeclared(folder);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.faults.map(({ source, line, message }) => `${path.basename(source)}:${line} ${message}`);
    }
  };

  it('is read from every file of a folder as one set, global, with its agents’ tools in order', () => {
    write({ 'tools.yaml': TOOLS, 'agents.yml': AGENTS, 'README.md': 'no: yaml: [' });
    const { set } = readDeclared(folder);
    expect(set.tools.map(({ name, scope }) => [name, scope])).toEqual([['asset_creation', 'global'], ['data_validation', 'global']]);
    expect(set.toolkits).toEqual([{ name: 'basics', description: 'The basics.', tools: ['data_validation'], scope: 'global' }]);
    expect(set.agents).toEqual([
      {
        agent: { name: 'discovery', displayName: 'Discovery', model: 'a-model', systemPrompt: 'You find assets.', scope: 'global' },
        assignments: [{ tool: 'asset_creation', terms: { orderIndex: 0 } }, { tool: 'data_validation', terms: { orderIndex: 1 } }],
      },
    ]);
  });

  it('may be empty', () => {
    write({ 'nothing.yaml': '# nothing yet\n' });
    expect(readDeclared(folder).set).toEqual({ tools: [], toolkits: [], agents: [] });
  });

  it('lets an agent’s own terms of a tool go before those of a category', () => {
    const agents = AGENTS.replace('- asset_creation', '- { tool: data_validation, usageLimit: 3, orderIndex: 7 }\n      - asset_creation');
    write({ 'tools.yaml': TOOLS, 'agents.yaml': agents });
    expect(readDeclared(folder).set.agents[0]?.assignments).toEqual([
      { tool: 'data_validation', terms: { usageLimit: 3, orderIndex: 7 } },
      { tool: 'asset_creation', terms: { orderIndex: 1 } },
    ]);
  });

  const broken: readonly (readonly [string, readonly [string, string], readonly string[]])[] = [
    ['an unknown tool of an agent', ['- asset_creation', '- asset_deletion'], ['agents.yaml:7 the tool "asset_deletion" is unknown: no file declares it']],
    ['an unknown category of an agent', ['[data_analysis]', '[data_science]'], ['agents.yaml:8 the category "data_science" is unknown: no file declares it']],
    ['an unknown tool of a toolkit', ['[data_validation]', '[data_validation, nothing]'], ['agents.yaml:12 the tool "nothing" is unknown: no file declares it']],
    ['a control tool', ['- asset_creation', '- task_success'], ['agents.yaml:7 "task_success" is a control tool: every agent has it, it cannot be assigned']],
    ['a tool listed twice', ['- asset_creation', '- asset_creation\n      - tool: asset_creation'], ['agents.yaml:8 the tool "asset_creation" is listed twice']],
    ['a missing property', ['    model: a-model\n', ''], [`agents.yaml:2 must have required property 'model'`]],
    ['an unknown property', ['model: a-model', 'model: a-model\n    temprature: 1'], ['agents.yaml:5 has the unknown property temprature']],
    ['a wrong type', ['displayName: Discovery', 'displayName: 7'], ['agents.yaml:3 must be string']],
    ['a value out of range', ['model: a-model', 'model: a-model\n    temperature: 3'], ['agents.yaml:5 must be <= 2']],
    ['a name that is none', ['name: discovery', 'name: Discovery Agent'], [expect.stringMatching(/^agents\.yaml:2 must match pattern/) as string]],
    ['a fault beyond the schema', ['model: a-model', 'model: a-model\n    maxContextTokens: 10\n    maxOutputTokens: 11'], ['agents.yaml:6 is more than maxContextTokens']],
    ['a tenant’s scope', ['model: a-model', 'model: a-model\n    scope: tenant'], ['agents.yaml:5 of what a file declares is global']],
    ['a wrong term of an assignment', ['- asset_creation', '- { tool: asset_creation, usageLimit: often }'], ['agents.yaml:7 must be integer']],
    ['a pinned version', ['- asset_creation', '- { tool: asset_creation, version: 1.0.0 }'], ['agents.yaml:7 a file declares one version of a tool: there is none to pin']],
    ['a key twice', ['model: a-model', 'model: a-model\n    model: b-model'], ['agents.yaml:5 Map keys must be unique']],
    ['a text that is no YAML', ['model: a-model', 'model: [a-model'], [expect.stringMatching(/^agents\.yaml:\d+ /) as string]],
    ['a tag', ['model: a-model', 'model: !!js/function x'], ['agents.yaml:4 Unresolved tag: tag:yaml.org,2002:js/function']],
    ['a prototype', ['model: a-model', '__proto__: { isAdmin: true }'], ['agents.yaml:4 the key __proto__ is not allowed']],
    ['a section that does not exist', ['toolkits:', 'tolkits:'], ['agents.yaml:9 has the unknown property tolkits']],
  ];
  it.each(broken)('names %s with file and line', (_title, [from, to], expected) => {
    expect(AGENTS).toContain(from);
    write({ 'tools.yaml': TOOLS, 'agents.yaml': AGENTS.replace(from, to) });
    const found = faults();
    for (const fault of expected) expect(found).toContainEqual(fault);
    expect(found.length).toBeLessThanOrEqual(2);
  });

  it('names what is declared twice, across files, as the registry tells names apart', () => {
    const again = TOOLS.replace('name: asset_creation', 'name: asset-creation').replace(/\ncommon[^]*/, '\n') + 'agents: []\n';
    write({ 'a.yaml': TOOLS, 'b.yaml': again, 'c.yaml': 'commonCategories:\n  data_analysis: []\n' });
    expect(faults()).toEqual([
      expect.stringMatching(/^b\.yaml:3 the tool "asset-creation" is declared already, as "asset_creation" in .*a\.yaml$/),
      expect.stringMatching(/^b\.yaml:9 the tool "data_validation" is declared already/),
      expect.stringMatching(/^c\.yaml:2 the category "data_analysis" is declared already/),
    ]);
  });

  it('has one default agent type at most', () => {
    const named = (name: string) => AGENTS.replace('discovery', name).replace('model: a', 'isDefault: true\n    model: a').replace(/toolkits[^]*/, '');
    write({ 'tools.yaml': TOOLS, 'a.yaml': named('first'), 'b.yaml': named('second') });
    expect(faults()).toEqual(['b.yaml:4 "second" is a second default agent type']);
  });

  it('names every fault of every file at once', () => {
    write({ 'a.yaml': TOOLS.replace('type: dummy', 'type: magic'), 'b.yaml': AGENTS.replace('model: a-model', 'model: 1'), 'c.yaml': 'x: [' });
    expect(faults().map((fault) => fault.slice(0, 8))).toEqual(['a.yaml:6', 'b.yaml:4', expect.stringMatching(/^c\.yaml/)]);
  });

  it('asks what else is known of a tool', () => {
    write({ 'tools.yaml': TOOLS });
    const check = () => readDeclared(folder, ({ name }) => (name === 'data_validation' ? [{ pointer: '/type', detail: 'does not run here' }] : []));
    expect(check).toThrow(/tools\.yaml:12 \/tools\/1\/type: does not run here/);
  });

  it('finds the place again of what shows itself later', () => {
    write({ 'tools.yaml': TOOLS });
    expect(readDeclared(folder).faultOf('tools', 'data_validation', 'is taken')).toMatchObject({ line: 9, message: 'is taken' });
  });

  it('needs a folder', () => {
    expect(() => readDeclared(path.join(folder, 'nowhere'))).toThrow(/cannot be read as a folder \(ENOENT\)/);
  });

  it('does not unfold a bomb of aliases', () => {
    const lines = Array.from({ length: 9 }, (_, n) => `    a${n + 1}: &a${n + 1} [${Array(10).fill(n === 0 ? 'x' : `*a${n}`).join(',')}]`);
    write({ 'tools.yaml': `${TOOLS.replace('inputSchema: { type: object }', `inputSchema:\n${lines.map((text) => `  ${text}`).join('\n')}`)}` });
    expect(faults()).toEqual([expect.stringMatching(/^tools\.yaml:1 Excessive alias count/)]);
  });
});
