import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

const SERVER = 'libs/persistence/src/testing/serve-postgres.ts';

/** Starts one Postgres for the run, in a process of its own, and tells the specs where it listens. */
export default async function setup() {
  if (process.env.TOOLPLANE_TEST_POSTGRES || !existsSync(SERVER)) return;
  const child = spawn(process.execPath, ['--conditions=@toolplane/source', '--import', '@swc-node/register/esm-register', SERVER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the test Postgres ended with ${code} before it was ready`)));
  });
  process.env.TOOLPLANE_TEST_POSTGRES = url;
  globalThis.__toolplanePostgres = child;
}
