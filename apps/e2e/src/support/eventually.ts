import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what comes about by itself; `describe` tells at the end how things stood. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  { withinMs = 20_000, describe = () => '' }: { withinMs?: number; describe?: () => unknown } = {},
): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await holds()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`It did not come about within ${withinMs} ms. ${String(describe())}`);
  }
}
