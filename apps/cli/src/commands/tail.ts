import type { CliConfig } from '../cli.config.js';
import { DataDir } from '../up/data-dir.js';
import { knownInstance, openLog } from '../up/instance.js';

/** `toolplane tail`: what `kcat -C` does, on either event log, until it is interrupted. */
export async function tail(root: string, config: CliConfig, topic: string, fromBeginning: boolean): Promise<void> {
  const log = await openLog(await knownInstance(DataDir.at(config.dataDir, root)), config);
  const reader = log.subscribe({
    group: null,
    name: 'tail',
    topics: [topic],
    from: fromBeginning ? 'start' : 'end',
    onRecords: async ({ records, done }) => {
      process.stdout.write(records.map(({ value }) => `${value?.toString() ?? ''}\n`).join(''));
      const last = records.at(-1);
      if (last) done(last.offset + 1n);
    },
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    // A reader that went away, as in `toolplane tail … | head -1`.
    process.stdout.once('error', () => resolve());
  });
  await reader.close(1_000);
  await log.close();
}
