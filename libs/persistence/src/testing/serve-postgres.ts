import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalPostgres } from '../local/start-local-postgres.js';

/**
 * A Postgres for one test run, in a process of its own: prints the superuser’s URL on one line, and ends, leaving nothing behind, when
 * its standard input closes, which it does however the run ends.
 */
const dataDir = await mkdtemp(join(tmpdir(), 'toolplane-postgres-'));
const server = await startLocalPostgres({
  dataDir,
  database: 'postgres',
  settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '300' },
});

const end = async (code: number): Promise<never> => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
  process.exit(code);
};
process.stdin.resume().once('end', () => void end(0)).once('error', () => void end(0));
process.once('SIGTERM', () => void end(0));
process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole group; the run that started us ends first
void server.ended.then(() => end(1));
process.stdout.write(`${server.url}\n`);
