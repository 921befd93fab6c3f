import type { Outgoing, ToolInvocationReported } from '@toolplane/contracts/events';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';

export type Report = Outgoing<ToolInvocationReported>;

/** The part of messaging's publisher that reports need. */
export interface ReportPublisher {
  /** Resolves once the broker has acknowledged; throws DependencyDown while it is away. */
  publish(events: readonly Report[]): Promise<void>;
}

export interface ReporterLimits {
  /** Reports kept in memory while the broker is away; beyond, nothing new begins. */
  readonly reports: number;
  readonly bytes: number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
const LARGEST_BATCH = 500;

/**
 * Publishes reports, in order, until they are out. What a call did is known here and nowhere else, so a report is never given up
 * because the broker is away: it waits, and what would make more reports waits behind it (`full`).
 */
export class Reporter {
  #pending: { readonly report: Report; readonly bytes: number }[] = [];
  #bytes = 0;
  #inFlight = 0;
  #publishing = false;
  #wake: (() => void) | undefined;
  #idle: (() => void)[] = [];
  #stopped = false;

  constructor(
    private readonly publisher: ReportPublisher,
    private readonly limits: ReporterLimits,
    private readonly logger: Logger,
    /** Called when there is room again. */
    private readonly onRoom: () => void,
  ) {}

  /** Reports that are not acknowledged yet. */
  get unpublished(): number {
    return this.#pending.length + this.#inFlight;
  }

  get full(): boolean {
    return this.unpublished >= this.limits.reports || this.#bytes >= this.limits.bytes;
  }

  /** Takes a report; those of one tick leave in one send. @param bytes estimate of its size. */
  add(report: Report, bytes: number): void {
    this.#pending.push({ report, bytes });
    this.#bytes += bytes;
    if (this.#publishing) return;
    this.#publishing = true;
    setImmediate(() => void this.#publishAll());
  }

  /** Waits until every report is acknowledged, at most so long. @returns how many are not. */
  async flush(withinMs: number): Promise<number> {
    if (this.unpublished === 0) return 0;
    this.#wake?.();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([new Promise<void>((resolve) => this.#idle.push(resolve)), late]);
    clearTimeout(timer);
    return this.unpublished;
  }

  /** Tries no more; what is left is lost with the process, and the lease of its attempt decides. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async #publishAll(): Promise<void> {
    while (this.#pending.length > 0 && !this.#stopped) {
      const batch = this.#pending.splice(0, LARGEST_BATCH);
      this.#inFlight = batch.length;
      const wasFull = this.full;
      await this.#publish(batch.map(({ report }) => report));
      for (const { bytes } of batch) this.#bytes -= bytes;
      this.#inFlight = 0;
      if (wasFull && !this.full) this.onRoom();
    }
    this.#publishing = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when the batch is out, however long that takes. A batch that is refused is sent one by one. */
  async #publish(batch: readonly Report[]): Promise<void> {
    for (let wait = FIRST_WAIT_MS; !this.#stopped; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await this.publisher.publish(batch);
        return;
      } catch (error) {
        if (!(error instanceof DependencyDown)) return this.#publishRefused(batch, error);
        if (wait === FIRST_WAIT_MS) this.logger.warn({ err: error, reports: batch.length }, 'reports wait for the event log');
        await this.#pause(wait);
      }
    }
  }

  async #publishRefused(batch: readonly Report[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length > 1) for (const report of batch) await this.#publish([report]);
    // The event log will never take this record: the attempt ends by its lease, and somebody has to know why.
    else
      this.logger.error({ err: error, executionId: only?.data.executionId, attempt: only?.data.attempt }, 'a report cannot be published');
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
