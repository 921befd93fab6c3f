import { appendFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, ConfigurationError } from '@toolplane/config';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { auditMigrations } from '../audit.migrations.js';
import { chainsOf, checkpointDir, checkpointKey } from '../testing/chains.js';
import { CheckpointFiles } from './checkpoint-files.js';
import { Checkpoints } from './checkpoints.js';
import { proofVariables } from './checkpoint-variables.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'audit', migrations: auditMigrations });
});
afterAll(() => db.close());
const { chain, grow } = chainsOf(() => db);

describe('checkpoints', () => {
  it('are made of chains that have grown, one line each, also over a restart', async () => {
    const [dir, key] = [await checkpointDir(), checkpointKey()];
    const [first, second] = [await chain(2), await chain(1)];
    const run = () => new Checkpoints(db.database, new CheckpointFiles(dir, key)).run();
    await run();
    await run();
    await grow(first, 3);
    await run();
    const files = new CheckpointFiles(dir, key);
    expect((await files.read(first)).checkpoints.map(({ seq }) => seq)).toEqual([2, 5]);
    expect((await files.read(second)).checkpoints).toMatchObject([{ type: 'checkpoint', tenantId: second, seq: 1, keyId: files.signer.keyId }]);
    expect((await readdir(dir)).sort()).toEqual([`${files.signer.keyId}.pem`, `${first}.ndjson`, `${second}.ndjson`].sort());
  });

  it('count only where a known key has signed them for this chain, and survive a line that was cut off', async () => {
    const [dir, key] = [await checkpointDir(), checkpointKey()];
    const tenantId = await chain(2);
    await new Checkpoints(db.database, new CheckpointFiles(dir, key)).run();
    const file = path.join(dir, `${tenantId}.ndjson`);
    const line = (await readFile(file, 'utf8')).trim();
    const forged = new CheckpointFiles(await checkpointDir(), checkpointKey()).signer.sign({ type: 'checkpoint', tenantId, seq: 9, hash: 'x', at: '2026-11-21T01:00:00.000Z' });
    await appendFile(file, `${line.replace('"seq":2', '"seq":3')}\n${JSON.stringify(forged)}\n{"type":"checkpoint","tenan`);
    await grow(tenantId, 1);
    const files = new CheckpointFiles(dir, key);
    await new Checkpoints(db.database, files).run();
    expect(await files.read(tenantId)).toMatchObject({ checkpoints: [{ seq: 2 }, { seq: 3 }], refused: 3 });
  });

  it('of a key that was replaced still count: its public half stays', async () => {
    const dir = await checkpointDir();
    const tenantId = await chain(1);
    await new Checkpoints(db.database, new CheckpointFiles(dir, checkpointKey())).run();
    await grow(tenantId, 1);
    const files = new CheckpointFiles(dir, checkpointKey());
    await new Checkpoints(db.database, files).run();
    expect((await files.read(tenantId)).checkpoints.map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

describe('their configuration', () => {
  const load = (env: Readonly<Record<string, string>>) => loadConfig({ proof: proofVariables() }, env).proof;

  it('is all or nothing', () => {
    expect(load({})).toEqual({ checkpoints: undefined, retentionMonths: undefined });
    expect(load({ CHECKPOINT_DIR: '/x', CHECKPOINT_PRIVATE_KEY: checkpointKey(), AUDIT_RETENTION_MONTHS: '13' })).toMatchObject({
      checkpoints: { dir: '/x', everyMs: 60_000 }, retentionMonths: 13,
    });
  });

  it.each([[{ CHECKPOINT_DIR: '/x' }], [{ CHECKPOINT_PRIVATE_KEY: checkpointKey() }], [{ AUDIT_RETENTION_MONTHS: '13' }]])('refuses a half of it', (env) => {
    expect(() => load(env)).toThrow(ConfigurationError);
  });
});
