/** One configuration for every spec beside its source: TypeScript through swc, native ESM, a real Postgres next to it. */
export default {
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/.lint', '<rootDir>/deploy'],
  testMatch: ['**/src/**/*.spec.ts', '<rootDir>/{.lint,deploy}/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/apps/(e2e|chaos)/'],
  modulePathIgnorePatterns: ['/dist/', '/.data/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@toolplane/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/jest.setup.mjs',
  globalTeardown: '<rootDir>/jest.teardown.mjs',
  testTimeout: 20_000,
  testSequencer: '<rootDir>/jest.sequencer.mjs',
  // Native modules of a finished spec are never freed: a worker that has grown is replaced.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  // Measured: v8 converts every loaded file anew for each spec, and takes twice as long for lines that are not code.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
  collectCoverageFrom: [
    'libs/*/src/**/*.ts',
    'apps/*/src/**/*.ts',
    '!apps/{cli,e2e,bench,chaos}/**',
    '!**/*.{spec,cases}.ts',
    '!**/testing/**',
  ],
  coverageThreshold: { global: { lines: 80 } },
};
