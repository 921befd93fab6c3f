import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_AFTER_MS = 20;

/** Repeats an assertion until it holds, or throws its last failure when the time is over. Default 5 s. */
export async function eventually<Result>(assertion: () => Result | Promise<Result>, withinMs = 5_000): Promise<Result> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(AGAIN_AFTER_MS);
  }
}
