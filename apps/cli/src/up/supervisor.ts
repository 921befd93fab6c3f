import { setTimeout as sleep } from 'node:timers/promises';

/** A process that runs. */
export interface Running {
  readonly pid: number;
  /** Resolves when it has ended, asked or not, with words for people: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks it to end, and resolves when it has. */
  stop(): Promise<unknown>;
  /** Ends it at once. */
  kill(): void;
}

/** Something to be kept running. */
export interface Part {
  readonly name: string;
  start(): Promise<Running>;
}

export interface SupervisorOptions {
  readonly say: (line: string) => void;
  /** Called with every new process: where an outsider may look for what is left over. */
  readonly onStarted?: (name: string, pid: number) => void;
  readonly firstDelayMs?: number;
  readonly longestDelayMs?: number;
  /** After this long without ending, the next restart is quick again. */
  readonly steadyAfterMs?: number;
}

/** Keeps parts running: one that ends is started again, with a delay that doubles while it keeps ending. */
export class Supervisor {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly options: SupervisorOptions) {}

  /** Resolves when the part has been started; rejects when its first start fails. */
  async run(part: Part): Promise<void> {
    const kept = new Kept(part, this.options);
    this.kept.set(part.name, kept);
    await kept.begin();
  }

  /** Stops these parts, all at once; what has not ended in time is killed. Resolves when none is left. */
  async stop(names: readonly string[], withinMs: number): Promise<void> {
    await Promise.all(names.map(async (name) => this.kept.get(name)?.end(withinMs)));
  }

  get names(): string[] {
    return [...this.kept.keys()];
  }

  /** How often a part ended without being asked. */
  restarts(name: string): number {
    return this.kept.get(name)?.restarts ?? 0;
  }
}

class Kept {
  restarts = 0;
  private readonly stopping = new AbortController();
  private current: Promise<Running> | undefined;

  constructor(
    private readonly part: Part,
    private readonly options: SupervisorOptions,
  ) {}

  async begin(): Promise<void> {
    await this.start();
    void this.watch();
  }

  async end(withinMs: number): Promise<void> {
    this.stopping.abort();
    const deadline = Date.now() + withinMs;
    const running = this.current?.catch(() => undefined);
    const found = await within(running, withinMs);
    if (found === LATE) {
      // Still being started: nobody waits for it, and it does not outlive its start.
      void running?.then((late) => late?.kill());
      return;
    }
    const asked = found?.stop().then(() => found.ended);
    if ((await within(asked, deadline - Date.now())) !== LATE) return;
    found?.kill();
    await found?.ended;
  }

  private start(): Promise<Running> {
    this.current = this.part.start().then((running) => {
      this.options.onStarted?.(this.part.name, running.pid);
      return running;
    });
    return this.current;
  }

  /** Until it is told to stop. A start that fails counts as a part that ended. */
  private async watch(): Promise<void> {
    const { say, firstDelayMs = 250, longestDelayMs = 10_000, steadyAfterMs = 30_000 } = this.options;
    let delay = firstDelayMs;
    for (;;) {
      const since = Date.now();
      const why = await this.current?.then(
        ({ ended }) => ended,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (this.stopping.signal.aborted) return;
      if (Date.now() - since > steadyAfterMs) delay = firstDelayMs;
      say(`${this.part.name} ended (${why}); it starts again in ${delay} ms`);
      await sleep(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      delay = Math.min(delay * 2, longestDelayMs);
      this.restarts += 1;
      await this.start().catch(() => undefined);
    }
  }
}

const LATE: unique symbol = Symbol('late');

async function within<T>(work: Promise<T> | undefined, ms: number): Promise<T | undefined | typeof LATE> {
  const timer = new AbortController();
  const late = sleep<typeof LATE>(Math.max(ms, 0), LATE, { signal: timer.signal }).catch((): typeof LATE => LATE);
  try {
    return await Promise.race<T | undefined | typeof LATE>([work ?? Promise.resolve(undefined), late]);
  } finally {
    timer.abort();
  }
}
