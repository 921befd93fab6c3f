import { ConfigurationError } from '@toolplane/config';
import type { CliConfig } from '../cli.config.js';
import { killChildren } from '../up/leftovers.js';
import { Stopping } from '../up/stopping.js';
import { up } from '../up/up.js';

/** `toolplane up`: until a signal or a start that fails. Nothing it started is left when it returns. */
export async function runUp(root: string, config: CliConfig): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
  // Whoever read the output may go away (`npm start | head`): nobody to tell is no reason to end, least of all halfway.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const stopping = new Stopping(say);
  const signalled = new Promise<void>((resolve) => {
    // Kept until the end: a second Ctrl-C must not cut the stopping short and leave processes behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const started = up(root, config, stopping);
  const failure = await Promise.race([
    started.then(
      () => undefined,
      (error: unknown) => ({ error }),
    ),
    signalled,
  ]);
  if (!failure) await signalled;
  say(failure ? 'stopping after a failed start' : 'stopping');
  await stopping.stop();
  killChildren();
  if (!failure) return 0;
  process.stderr.write(`\n${failure.error instanceof Error ? failure.error.message : String(failure.error)}\n`);
  return failure.error instanceof ConfigurationError ? 78 : 1;
}
