import { createEvent, ToolProviderHealthChanged, type Outgoing } from '@toolplane/contracts/events';
import { GLOBAL, newId } from '@toolplane/contracts/ids';
import type { Logger } from '@toolplane/observability';
import type { BreakerReport } from '../breakers/breakers.js';
import type { WorkerIdentity } from './worker-identity.js';

/** The part of messaging's publisher that is needed here. */
export interface HealthPublisher {
  publish(events: readonly Outgoing<ToolProviderHealthChanged>[]): Promise<void>;
}

type Status = ToolProviderHealthChanged['data']['status'];
type BreakerData = ToolProviderHealthChanged['data']['breaker'];

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/**
 * Tells how this worker and its breakers stand. Only the newest word about each matters: while the log is away, later ones take the
 * place of earlier ones, and what is left goes out when it is back.
 */
export class HealthAnnouncer {
  readonly #waiting = new Map<string, Outgoing<ToolProviderHealthChanged>>();
  #status: Status = 'up';
  #sending: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly publisher: HealthPublisher,
    private readonly as: WorkerIdentity,
    private readonly logger: Logger,
  ) {}

  worker(status: Status): void {
    this.#status = status;
    this.#say(GLOBAL, null);
  }

  breaker({ id, tenantId, toolId, origin, state, since, retryAfterMs }: BreakerReport): void {
    if (state === 'open') this.logger.warn({ tenant: tenantId, toolId, origin, breaker: id }, 'a circuit breaker opened');
    else this.logger.info({ tenant: tenantId, toolId, origin, breaker: id, state }, 'a circuit breaker changed');
    const wait = retryAfterMs === null ? null : Math.ceil(retryAfterMs);
    this.#say(tenantId, { id, toolId, origin, state, since: new Date(since).toISOString(), retryAfterMs: wait });
  }

  /** Waits until everything said is out, at most so long, and says nothing more. */
  async end(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.#sending, late]);
    clearTimeout(timer);
    this.#stopped = true;
    this.#wake?.();
  }

  #say(tenantId: string, breaker: BreakerData): void {
    const { provider, service, worker } = this.as;
    const subject = breaker ? `${provider} ${worker} ${breaker.id}` : `${provider} ${worker}`;
    this.#waiting.set(
      subject,
      createEvent(ToolProviderHealthChanged, {
        tenantId,
        id: newId(),
        subject,
        source: service,
        time: new Date(),
        data: { provider, worker, status: this.#status, breaker },
      }),
    );
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    for (let wait = FIRST_WAIT_MS; this.#waiting.size > 0 && !this.#stopped;) {
      const batch = [...this.#waiting];
      this.#waiting.clear();
      try {
        await this.publisher.publish(batch.map(([, event]) => event));
        wait = FIRST_WAIT_MS;
      } catch (err) {
        this.logger.debug({ err, changes: batch.length }, 'news of this worker’s health waits for the event log');
        for (const [subject, event] of batch) if (!this.#waiting.has(subject)) this.#waiting.set(subject, event);
        await this.#pause(wait);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
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
