import { defineConfig } from 'eslint/config';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { boundaries } from './.lint/boundaries.mjs';
import { ENVIRONMENT_PROJECTS, FETCH_PROJECTS } from './.lint/layers.mjs';

const TESTS = ['**/*.spec.ts', '**/src/testing/**'];
const inProjects = (projects) => projects.map((project) => `${project}/**`);

/** Rules of our own, and a second name for one of ESLint's, so that a file can be warned about before it fails. */
const toolplane = { rules: { boundaries, 'long-file': builtinRules.get('max-lines') } };

const ENVIRONMENT = [{ object: 'process', property: 'env', message: 'The environment is read once, by @toolplane/config.' }];
const NO_CALLS = 'Only a worker that calls out, the kits and the tools around the product open connections.';
const FETCH = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

const SYNTAX = [
  { selector: 'ExportAllDeclaration', message: 'Export explicit names: a reader searches for them.' },
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'TSEnumDeclaration', message: 'A const object and a union do the same and are erased.' },
  { selector: "ImportSpecifier[imported.name='forwardRef']", message: 'forwardRef hides a cycle: cut the cycle.' },
  {
    selector: "MethodDefinition[kind='constructor'] > FunctionExpression[params.length>6]",
    message: 'At most six dependencies: this class does too much.',
  },
  {
    selector: 'CallExpression > MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|todo)$/]',
    message: 'A focused test hides the others.',
  },
];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', '.data/', 'coverage/', '.nx/', '**/generated/'] },
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    plugins: { 'import-x': importX, toolplane },
    languageOptions: { parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.js', '.json'],
          extensionAlias: { '.js': ['.ts', '.js'] },
          conditionNames: ['@toolplane/source', 'node', 'import'],
        }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/external-module-folders': ['node_modules'],
    },
    rules: {
      'toolplane/boundaries': 'error',
      'toolplane/long-file': ['warn', { max: 300 }],
      'max-lines': ['error', { max: 500 }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/no-self-import': 'error',
      'no-restricted-syntax': ['error', ...SYNTAX],
      'no-restricted-properties': [
        'error',
        ...ENVIRONMENT,
        ...FETCH.map((property) => ({ object: 'globalThis', property, message: NO_CALLS })),
      ],
      'no-restricted-globals': ['error', ...FETCH.map((name) => ({ name, message: NO_CALLS }))],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'no-console': 'error',
      'no-constant-binary-expression': 'error',
      'no-unsafe-finally': 'error',
      'no-eval': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    ignores: TESTS,
    rules: { '@typescript-eslint/explicit-module-boundary-types': ['error', { allowArgumentsExplicitlyTypedAsAny: false }] },
  },
  { files: ['**/*.cases.ts', '**/migrations/**', '**/generated/**'], rules: { 'max-lines': 'off', 'toolplane/long-file': 'off' } },
  { files: inProjects(FETCH_PROJECTS), rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': ['error', ...ENVIRONMENT] } },
  { files: [...inProjects(ENVIRONMENT_PROJECTS), ...TESTS], rules: { 'no-restricted-properties': 'off' } },
  { files: inProjects(['apps/cli', 'apps/bench', 'apps/chaos']), rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.base],
    rules: {
      'no-undef': 'off',
      'prefer-const': 'error',
      'no-var': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
);
