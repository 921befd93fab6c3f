import { allRoles, provisionStatements, SERVICES_WITH_SCHEMA, type ProvisionStatement } from './provision-statements.js';

/** The same statements as a psql script, with a variable for each password. Committed as `deploy/postgres/provision.sql`. */
export function provisionScript(services: readonly string[] = SERVICES_WITH_SCHEMA): string {
  const variables = allRoles(services).map((role) => `--   -v ${role}_password=…`);
  return [
    '-- Schemas and roles of Toolplane, for a Postgres that is not started by `npm start`. Safe to run again; sets the passwords given.',
    '-- Generated from libs/persistence/src/local/provision-statements.ts: change that, not this file.',
    '-- Run it as a role that may create roles, in the database of Toolplane, with a password for every role:',
    '--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f deploy/postgres/provision.sql \\',
    ...variables.map((line, index) => (index < variables.length - 1 ? `${line} \\` : line)),
    '',
    'begin;',
    ...provisionStatements(services, (role) => `:'${role}_password'`).map(asScript),
    'commit;',
    '',
  ].join('\n');
}

/** psql fills no variables inside `do`, but runs the text that a query gives. */
const asScript = ({ unless, sql }: ProvisionStatement): string =>
  unless === undefined ? `${sql};` : `select '${sql.replaceAll("'", "''")}' where not exists (${unless}) \\gexec`;
