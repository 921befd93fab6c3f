export { provisionDatabase, type ProvisionOptions } from './provision-database.js';
export { provisionScript } from './provision-script.js';
export { roleNames, SERVICES_WITH_SCHEMA } from './provision-statements.js';
export { startLocalPostgres, type LocalPostgres, type LocalPostgresOptions } from './start-local-postgres.js';
