import { lstat, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startLocalPostgres, type LocalPostgres } from './start-local-postgres.js';

let dataDir: string;
const running: LocalPostgres[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'toolplane-spec-postgres-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (): Promise<LocalPostgres> => {
  const server = await startLocalPostgres({ dataDir, settings: { fsync: 'off' } });
  running.push(server);
  return server;
};
const ask = async (server: LocalPostgres, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('startLocalPostgres', () => {
  it('keeps its data, its password and its database over a restart', async () => {
    const first = await start();
    await ask(first, 'create table kept as select 1 as one');
    await first.stop();
    const second = await start();
    expect(await ask(second, 'select one, current_database() as name from kept')).toEqual([{ one: 1, name: 'toolplane' }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  it('keeps everything it makes under its data directory, so that whoever empties that leaves nothing behind', async () => {
    await start();
    expect((await lstat(join(dataDir, 'cluster'))).isDirectory()).toBe(true);
    expect((await stat(join(dataDir, 'superuser-password'))).mode & 0o077).toBe(0);
  });

  it('comes back after a kill -9 of the server with what was committed', async () => {
    const first = await start();
    await ask(first, 'create table kept as select 1 as one');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    expect(await ask(await start(), 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('takes the place of a server that outlived whoever started it', async () => {
    const first = await start();
    const second = await start();
    await first.ended;
    expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is not misled by a postmaster.pid whose number another process has got', async () => {
    const first = await start();
    const file = join(dataDir, 'cluster', 'postmaster.pid');
    const lines = (await readFile(file, 'utf8')).split('\n');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    await writeFile(file, [process.ppid, ...lines.slice(1)].join('\n'));
    expect(await ask(await start(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('makes a cluster anew that was left half made', async () => {
    await (await start()).stop();
    await unlink(join(dataDir, 'cluster', 'toolplane-cluster'));
    await unlink(join(dataDir, 'cluster', 'postgresql.conf'));
    expect(await ask(await start(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('listens on loopback only and asks everybody for a password', async () => {
    const server = await start();
    expect(await ask(server, `select current_setting('listen_addresses') as on, current_setting('unix_socket_directories') as socket`)).toEqual([
      { on: '127.0.0.1', socket: '' },
    ]);
    const client = new pg.Client({ connectionString: server.url.replace(/:[^:@]+@/, ':wrong@') });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });
});
