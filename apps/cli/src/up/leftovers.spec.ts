import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataDir } from './data-dir.js';
import { Leftovers } from './leftovers.js';

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('leftovers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-left-'));
  const children: ChildProcess[] = [];
  const sleeper = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
    children.push(child);
    await new Promise((resolve) => child.once('spawn', resolve));
    return child;
  };
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('of a start that was killed are ended by the next one; other processes are left alone', async () => {
    const dataDir = DataDir.at('one', folder);
    const [left, other] = [await sleeper(), await sleeper()];
    const earlier = new Leftovers(dataDir);
    earlier.add('audit', left.pid ?? 0);
    await earlier.written;
    const said: string[] = [];
    const ended = new Promise((resolve) => left.once('exit', (_code, signal) => resolve(signal)));
    await new Leftovers(dataDir).clear((line) => said.push(line));
    expect(await ended).toBe('SIGTERM');
    expect(said).toEqual([expect.stringContaining('audit')]);
    expect(other.exitCode).toBeNull();
  });

  it('are none of a start that still runs: a second one is refused', async () => {
    const dataDir = DataDir.at('two', folder);
    const running = await sleeper();
    const earlier = new Leftovers(dataDir);
    earlier.add('launcher', running.pid ?? 0);
    await earlier.written;
    await expect(new Leftovers(dataDir).clear(() => undefined)).rejects.toThrow(`already runs on ${dataDir.shown}`);
    expect(running.exitCode).toBeNull();
  });

  it('are told from a process that got the same number later', async () => {
    const dataDir = DataDir.at('three', folder);
    await dataDir.writeJson('processes.json', [{ name: 'audit', pid: process.pid, born: '1' }]);
    const said: string[] = [];
    await new Leftovers(dataDir).clear((line) => said.push(line));
    expect(said).toEqual([]);
  });
});
