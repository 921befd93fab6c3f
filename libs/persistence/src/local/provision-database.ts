import { Client, escapeLiteral } from 'pg';
import { allRoles, provisionStatements, SERVICES_WITH_SCHEMA } from './provision-statements.js';

export interface ProvisionOptions {
  /** Schemas to make; default: every service that owns one. */
  readonly services?: readonly string[];
  /** By role name, `execution_api` and so on; `event_log` too. One that is missing is an error. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** Two launchers at once would both find a role missing and both make it. */
const LOCK = 'select pg_advisory_lock(7470661, 1)';

/**
 * Makes schemas and roles where they are missing and sets the passwords given. Safe to repeat.
 * @param adminUrl of the database to provision, with a role that may create roles
 */
export async function provisionDatabase(adminUrl: string, { services = SERVICES_WITH_SCHEMA, passwords }: ProvisionOptions): Promise<void> {
  const missing = allRoles(services).filter((role) => !passwords[role]);
  if (missing.length > 0) throw new Error(`No password was given for ${missing.join(', ')}`);
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(LOCK);
    for (const { unless, sql } of provisionStatements(services, (role) => escapeLiteral(passwords[role] ?? ''))) {
      if (unless && (await client.query(unless)).rowCount) continue;
      await client.query(sql);
    }
  } finally {
    await client.end();
  }
}
