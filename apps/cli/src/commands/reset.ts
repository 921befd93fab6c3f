import { readdir, rm } from 'node:fs/promises';
import type { CliConfig } from '../cli.config.js';
import { DataDir } from '../up/data-dir.js';
import { Leftovers } from '../up/leftovers.js';

/** `toolplane reset`: empties the data folder; refuses while a start runs on it. */
export async function reset(root: string, config: CliConfig): Promise<void> {
  const dataDir = DataDir.at(config.dataDir, root);
  const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
  const leftovers = new Leftovers(dataDir);
  await leftovers.clear(say);
  await leftovers.written;
  for (const name of await readdir(dataDir.path).catch(() => [])) await rm(dataDir.file(name), { recursive: true, force: true });
  say(`${dataDir.shown} is empty`);
}
