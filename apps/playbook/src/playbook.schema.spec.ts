import { readFile } from 'node:fs/promises';
import { newId } from '@toolplane/contracts/ids';
import { batchDifferences, dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { playbookMigrations } from './playbook.migrations.js';
import { changedStep } from './runs/run.store.js';

describe('the schema of the playbook service', () => {
  let db: TestDatabase;
  const [exception, run] = [newId(), newId()];
  const step = (status: string, rest = '') => `update playbook.steps set status = '${status}' ${rest} where run_id = '${run}' and step_id = 'a' and iteration = 1`;
  beforeAll(async () => {
    db = await testDatabase({ service: 'playbook', migrations: playbookMigrations });
    const playbook = newId();
    await db.query(`insert into playbook.exceptions (tenant_id, id, title, description, severity, attributes, status, created_by) values ('demo', '${exception}', 't', '', 'low', '{}', 'open', '{}')`);
    await db.query(`insert into playbook.playbooks (tenant_id, id, name, folded_name, description, steps, created_by) values ('demo', '${playbook}', 'p', 'p', '', '[]', '{}')`);
    await db.query(`insert into playbook.runs (tenant_id, id, exception_id, playbook_id, playbook_name, steps, started_by) values ('demo', '${run}', '${exception}', '${playbook}', 'p', '[]', '{}')`);
    await db.query(`insert into playbook.steps (tenant_id, run_id, step_id, iteration, status) values ('demo', '${run}', 'a', 1, 'pending'), ('demo', '${run}', 'b', 1, 'pending')`);
  });
  afterAll(() => db.close());

  it('is the committed one', async () => {
    expect(await dumpSchema(db, 'playbook')).toBe(await readFile('apps/playbook/schema.sql', 'utf8'));
  });

  it('has no table with a tenant’s rows that is not forced to keep tenants apart', async () => {
    expect(await tablesWithoutForcedPolicy(db, 'playbook')).toEqual([]);
  });

  it('has the columns that steps are written to', async () => {
    expect(await batchDifferences(db, changedStep, { table: 'playbook.steps' })).toEqual([]);
  });

  it('lets no run belong to another tenant’s exception', async () => {
    await expect(
      db.query(`insert into playbook.runs (tenant_id, id, exception_id, playbook_id, playbook_name, steps, started_by) select 'acme', '${newId()}', exception_id, playbook_id, 'p', '[]', '{}' from playbook.runs`),
    ).rejects.toThrow(/foreign key/);
  });

  it('refuses what the machine refuses: two calls at once, another execution for a step, a way back', async () => {
    await db.query(step('running', `, execution_id = '${newId()}'`));
    await expect(db.query(`update playbook.steps set status = 'running', execution_id = '${newId()}' where run_id = '${run}' and step_id = 'b'`)).rejects.toThrow(/steps_running/);
    await expect(db.query(step('running', `, execution_id = '${newId()}'`))).rejects.toThrow(/cannot go/);
    await expect(db.query(step('pending', ', execution_id = null'))).rejects.toThrow(/cannot go/);
    await expect(db.query(step('skipped', ', finished_at = now()'))).rejects.toThrow(/cannot go/);
    await db.query(step('completed', ', finished_at = now()'));
    await expect(db.query(step('failed', `, error = '{}'`))).rejects.toThrow(/cannot go/);
    await db.query(`update playbook.runs set status = 'cancelled', finished_at = now() where id = '${run}'`);
    await expect(db.query(`update playbook.runs set status = 'running', finished_at = null where id = '${run}'`)).rejects.toThrow(/cannot go/);
  });

  it('lets nobody change what has happened', async () => {
    for (const statement of [`update playbook.timeline set kind = 'x'`, 'delete from playbook.timeline', 'delete from playbook.steps']) {
      await expect(db.database.asTenant('demo', (tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
      await expect(db.database.asWorker((tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
    }
  });
});
