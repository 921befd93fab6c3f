import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Health } from '@toolplane/observability';
import { Database, Outbox, Persistence, Positions, type Migration } from './index.js';
import { testDatabase, type TestDatabase } from './testing/index.js';

const service = 'example';
const create: Migration = { id: '20261120T2140-create-things', up: 'create table example.things (id int)' };

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service, migrations: [] });
});
afterAll(() => db.close());

@Module({ providers: [Health], exports: [Health] })
class Surroundings {}
const compile = (ownerUrl?: string, migrations: readonly Migration[] = [create]) =>
  Test.createTestingModule({
    imports: [{ module: Surroundings, global: true }, Persistence.with({ ...db.config, ...(ownerUrl !== undefined && { ownerUrl }) }, { service, migrations })],
  }).compile();

describe('Persistence', () => {
  it('refuses to start on a schema that lacks something, without the owner’s role', async () => {
    await expect(compile()).rejects.toThrow(/lacks 20261120T2140-create-things/);
  });

  it('migrates with the owner’s role, provides the kit, reports its health, and closes with the application', async () => {
    const module = await compile(db.ownerUrl);
    const database = module.get(Database);
    expect(module.get(Outbox)).toBeInstanceOf(Outbox);
    expect(module.get(Positions)).toBeInstanceOf(Positions);
    expect(await database.asWorker((tx) => tx.query('select id from example.migrations'))).toEqual([{ id: create.id }]);
    expect((await module.get(Health).snapshot()).checks).toMatchObject([{ name: 'database', status: 'ok' }]);
    module.enableShutdownHooks();
    await module.close();
    await expect(database.ping()).rejects.toThrow();
  });

  it('starts without the owner’s role once the schema is its own', async () => {
    await (await compile()).close();
    await expect(compile(undefined, [])).rejects.toThrow(/older than the database/);
  });
});
