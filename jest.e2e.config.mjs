import unit from './jest.config.mjs';

/** The black-box suites: one after the other, against processes started as a user starts them. */
export default {
  ...unit,
  roots: ['<rootDir>/apps/e2e'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  globalSetup: undefined,
  globalTeardown: undefined,
  testTimeout: 180_000,
};
