import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { provisionScript, startLocalPostgres } from '../local/index.js';
import type { Migration } from '../migrations.js';
import { dumpSchema } from './dump-schema.js';
import { testDatabase } from './test-database.js';

/**
 * Writes what is generated from the database code: the operators’ script, and `schema.sql` of every service whose folder is given, from
 * the list that its `src/<service>.migrations.ts` exports as `<service>Migrations`. From the root of the workspace:
 *
 *   SWC_NODE_PROJECT=tsconfig.base.json node --conditions=@toolplane/source --import @swc-node/register/esm-register \
 *     libs/persistence/src/testing/generate-schemas.ts apps/execution apps/audit
 */
const writeSchema = async (folder: string): Promise<void> => {
  const service = basename(folder);
  const file = resolve(folder, `src/${service}.migrations.ts`);
  const migrations = ((await import(pathToFileURL(file).href)) as Record<string, readonly Migration[]>)[`${service}Migrations`];
  if (!migrations) throw new Error(`${file} does not export ${service}Migrations`);
  const db = await testDatabase({ service, migrations });
  try {
    await writeFile(resolve(folder, 'schema.sql'), await dumpSchema(db, service));
  } finally {
    await db.close();
  }
};

const dataDir = await mkdtemp(join(tmpdir(), 'toolplane-generate-'));
const server = await startLocalPostgres({ dataDir, settings: { fsync: 'off' } });
try {
  process.env.TOOLPLANE_TEST_POSTGRES = server.url;
  await writeFile('deploy/postgres/provision.sql', provisionScript());
  for (const folder of process.argv.slice(2)) await writeSchema(folder);
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
