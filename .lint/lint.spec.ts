import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ESLint } from 'eslint';

const ROOT = path.resolve(import.meta.dirname, '..');
const untyped = new ESLint({
  cwd: ROOT,
  ruleFilter: ({ ruleId }) => !ruleId.startsWith('@typescript-eslint/') && ruleId !== 'import-x/no-cycle',
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions: { project: null } } }],
});

/** Rule ids that complain about a text as if it stood in that file. */
async function faults(file: string, text: string, eslint: ESLint = untyped): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: path.join(ROOT, file) });
  return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
}

const BOUNDARY = 'toolplane/boundaries';
const uses = (specifier: string): string => `import { x } from '${specifier}';\nx();\n`;

describe('the import boundaries', () => {
  const REFUSED: [string, string, string][] = [
    ['a library above it', 'libs/config/src/a.ts', uses('@toolplane/messaging')],
    ['anything of ours from contracts', 'libs/contracts/src/a.ts', uses('@toolplane/config')],
    ['persistence from messaging', 'libs/messaging/src/a.ts', uses('@toolplane/persistence')],
    ['messaging from persistence', 'libs/persistence/src/a.ts', uses('@toolplane/messaging')],
    ['the provider kit from a service', 'apps/execution/src/a.ts', uses('@toolplane/provider-kit')],
    ['persistence from a worker', 'apps/provider-http/src/a.ts', uses('@toolplane/persistence')],
    ['the service kit from a worker', 'apps/provider-dummy/src/a.ts', uses('@toolplane/service-kit')],
    ['another app by name', 'apps/gateway/src/a.ts', uses('@toolplane/registry')],
    ['another app by path', 'apps/gateway/src/a.ts', uses('../../registry/src/main.js')],
    ['a library by path', 'apps/gateway/src/a.ts', uses('../../../libs/config/src/index.js')],
    ['a file inside a library', 'apps/gateway/src/a.ts', uses('@toolplane/config/src/load.js')],
    ['a library without a root index by its root', 'apps/gateway/src/a.ts', uses('@toolplane/contracts')],
    ['its own package by name', 'libs/config/src/a.ts', uses('@toolplane/config')],
    ['testing entry points in the product', 'apps/audit/src/a.ts', uses('@toolplane/service-kit/testing')],
    ['service libraries from the black-box suite', 'apps/e2e/src/a.spec.ts', uses('@toolplane/persistence/local')],
    ['what it may not, by import()', 'libs/config/src/a.ts', "export const x = () => import('@toolplane/messaging');\n"],
    ['what it may not, by export from', 'libs/config/src/a.ts', "export { x } from '@toolplane/messaging';\n"],
    ['what it may not, as a type', 'libs/config/src/a.ts', "import type { X } from '@toolplane/messaging';\nexport type Y = X;\n"],
    ['what it may not, by import type expression', 'libs/config/src/a.ts', "export type Y = import('@toolplane/messaging').X;\n"],
    ['kafkajs outside messaging', 'apps/execution/src/a.ts', uses('kafkajs')],
    ['kafkajs in persistence', 'libs/persistence/src/a.ts', uses('kafkajs')],
    ['pg outside the two libraries', 'apps/audit/src/a.ts', uses('pg')],
    ['pg in the launcher', 'apps/cli/src/a.ts', uses('pg')],
    ['@nestjs/microservices outside messaging', 'libs/service-kit/src/a.ts', uses('@nestjs/microservices')],
    ['typeorm in a plain file', 'apps/audit/src/record/queries.ts', uses('typeorm')],
    ['@nestjs/typeorm in a module', 'apps/audit/src/audit.module.ts', uses('@nestjs/typeorm')],
    ['undici in a service', 'apps/gateway/src/a.ts', uses('undici')],
    ['undici in the worker that calls nobody', 'apps/provider-dummy/src/a.ts', uses('undici')],
    ['the HTTP client of Node', 'apps/registry/src/a.ts', "import { request } from 'node:https';\nrequest('https://example.com');\n"],
    ['the HTTP client of Node as a whole', 'apps/registry/src/a.ts', "import http from 'node:http';\nhttp.get('http://example.com');\n"],
    ['sockets', 'libs/security/src/a.ts', "import { connect } from 'node:net';\nconnect(80);\n"],
    ['env from node:process', 'apps/audit/src/a.ts', "import { env } from 'node:process';\nexport const x = env.HOME;\n"],
    ['Node from contracts', 'libs/contracts/src/a.ts', uses('node:fs')],
    ['Nest from contracts', 'libs/contracts/src/a.ts', uses('@nestjs/common')],
    ['Nest from the pure libraries', 'libs/security/src/a.ts', uses('@nestjs/common')],
    ['a project missing in the table', 'libs/shared/src/a.ts', uses('@toolplane/config')],
  ];
  it.each(REFUSED)('refuse %s (%s)', async (_what, file, text) => {
    expect(await faults(file, text)).toContain(BOUNDARY);
  });

  const ALLOWED: [string, string, string][] = [
    ['a library below', 'libs/messaging/src/a.ts', uses('@toolplane/config')],
    ['an entry point', 'apps/gateway/src/a.ts', uses('@toolplane/contracts/events')],
    ['testing entry points in a spec', 'apps/audit/src/a.spec.ts', uses('@toolplane/service-kit/testing')],
    ['kafkajs in messaging', 'libs/messaging/src/a.ts', uses('kafkajs')],
    ['kafkajs in the black-box suite', 'apps/e2e/src/a.spec.ts', uses('kafkajs')],
    ['typeorm in an entity', 'apps/audit/src/record/entry.entity.ts', uses('typeorm')],
    ['typeorm in a store', 'apps/audit/src/record/entries.store.ts', uses('typeorm')],
    ['undici in provider-http', 'apps/provider-http/src/a.ts', uses('undici')],
    ['a server where no client may be', 'apps/registry/src/a.spec.ts', "import { createServer } from 'node:http';\ncreateServer();\n"],
    [
      'types of what may not be used',
      'apps/registry/src/a.ts',
      "import { type IncomingMessage } from 'node:http';\nexport type X = IncomingMessage;\n",
    ],
    ['its own files', 'libs/config/src/a.ts', uses('./b.js')],
  ];
  it.each(ALLOWED)('allow %s (%s)', async (_what, file, text) => {
    expect(await faults(file, text)).toEqual([]);
  });
});

describe('the other bans', () => {
  const REFUSED: [string, string, string, string][] = [
    ['process.env outside config', 'no-restricted-properties', 'apps/gateway/src/a.ts', 'export const x = process.env;\n'],
    ['process.env in the launcher', 'no-restricted-properties', 'apps/cli/src/a.ts', 'export const x = process.env.HOME;\n'],
    ['process.env taken apart', 'no-restricted-properties', 'apps/gateway/src/a.ts', 'export const { env } = process;\n'],
    ['fetch in a service', 'no-restricted-globals', 'apps/gateway/src/a.ts', "export const x = () => fetch('http://x');\n"],
    [
      'globalThis.fetch in a service',
      'no-restricted-properties',
      'apps/gateway/src/a.ts',
      "export const x = () => globalThis.fetch('http://x');\n",
    ],
    ['export *', 'no-restricted-syntax', 'libs/config/src/a.ts', "export * from './b.js';\n"],
    ['default exports', 'no-restricted-syntax', 'libs/config/src/a.ts', 'export default 1;\n'],
    ['enums', 'no-restricted-syntax', 'libs/config/src/a.ts', 'export enum X { A }\n'],
    ['forwardRef', 'no-restricted-syntax', 'apps/audit/src/a.ts', uses('@nestjs/common').replaceAll('x', 'forwardRef')],
    [
      'seven dependencies',
      'no-restricted-syntax',
      'apps/audit/src/a.ts',
      'export class X { constructor(a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1) {} }\n',
    ],
    ['focused tests', 'no-restricted-syntax', 'apps/audit/src/a.spec.ts', "it.only('x', () => {});\n"],
    ['left-overs', 'no-warning-comments', 'apps/audit/src/a.ts', `// TO${'DO'}: later\n`],
    ['console in a service', 'no-console', 'apps/audit/src/a.ts', 'console.log(1);\n'],
    ['more than 500 lines', 'max-lines', 'apps/audit/src/a.ts', 'export {};\n'.repeat(501)],
    ['more than 300 lines, as a warning', 'toolplane/long-file', 'apps/audit/src/a.ts', 'export {};\n'.repeat(301)],
  ];
  it.each(REFUSED)('refuse %s (%s)', async (_what, rule, file, text) => {
    expect(await faults(file, text)).toContain(rule);
  });

  it('cannot be switched off by a comment', async () => {
    expect(await faults('apps/audit/src/a.ts', '// eslint-disable-next-line no-console\nconsole.log(1);\n')).toContain('no-console');
  });

  it.each(['apps/audit/src/a.cases.ts', 'apps/audit/migrations/a.ts'])('let %s be as long as it is', async (file) => {
    expect(await faults(file, 'export {};\n'.repeat(600))).toEqual([]);
  });

  it('let config read the environment', async () => {
    expect(await faults('libs/config/src/a.ts', 'export const x = process.env;\n')).toEqual([]);
  });
});

describe('the rules that know types', () => {
  const typed = new ESLint({
    cwd: ROOT,
    ruleFilter: ({ ruleId }) => ruleId.startsWith('@typescript-eslint/'),
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: {
          parserOptions: { project: null, projectService: { allowDefaultProject: ['*.ts'], defaultProject: 'tsconfig.base.json' } },
        },
      },
    ],
  });
  const REFUSED: [string, string, string][] = [
    ['a floating promise', 'no-floating-promises', 'export function f(): void {\n  Promise.resolve();\n}\n'],
    ['a promise as a condition', 'no-misused-promises', 'export const f = (p: Promise<boolean>): number => (p ? 1 : 2);\n'],
    [
      'a switch with a hole',
      'switch-exhaustiveness-check',
      "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
    ],
    ['any', 'no-explicit-any', 'export const f = (x: any): unknown => x;\n'],
    ['a thrown string', 'only-throw-error', "export function f(): never {\n  throw 'x';\n}\n"],
  ];
  it.each(REFUSED)('refuse %s (%s)', async (_what, rule, text) => {
    expect(await faults('virtual.ts', text, typed)).toContain(`@typescript-eslint/${rule}`);
  });

  it('want a return type on what a library exports', async () => {
    const [block] = (await typed.calculateConfigForFile(path.join(ROOT, 'libs/config/src/a.ts'))).rules[
      '@typescript-eslint/explicit-module-boundary-types'
    ];
    expect(block).toBe(2);
  });
});

describe('cycles', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-lint-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are refused', async () => {
    const source = path.join(folder, 'libs', 'config', 'src');
    mkdirSync(source, { recursive: true });
    writeFileSync(path.join(source, 'one.ts'), "import { two } from './two.js';\nexport const one = () => two;\n");
    writeFileSync(path.join(source, 'two.ts'), "import { one } from './one.js';\nexport const two = () => one;\n");
    const eslint = new ESLint({
      cwd: folder,
      overrideConfigFile: path.join(ROOT, 'eslint.config.mjs'),
      ruleFilter: ({ ruleId }) => ruleId === 'import-x/no-cycle',
      overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions: { project: null } } }],
    });
    const results = await eslint.lintFiles(['libs/config/src/one.ts']);
    expect(results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toEqual(['import-x/no-cycle']);
  });
});
