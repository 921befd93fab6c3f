export { dumpSchema } from './dump-schema.js';
export { batchDifferences, genericPlan, tablesWithoutForcedPolicy } from './schema-checks.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
