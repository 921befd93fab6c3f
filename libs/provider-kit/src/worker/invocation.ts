import type { ToolInvocationDispatched } from '@toolplane/contracts/events';
import type { Received } from '@toolplane/contracts/envelope';
import { type ToolplaneError } from '@toolplane/contracts/errors';
import type { Permit } from '../breakers/breaker.js';
import type { InvocationContext } from '../provider.js';
import { seededRandom } from '../seeded-random.js';
import type { SecretSource } from '../secrets/secret-store.js';

export type Dispatch = Received<ToolInvocationDispatched>;

const NOW = Promise.resolve();

interface Sleeper {
  readonly timer: NodeJS.Timeout;
  readonly reject: (reason: unknown) => void;
}

/**
 * One attempt in the hands of this worker, from its record to its report. Nearly every call is over within a tick or asks for
 * little, so a signal, a random sequence or a timer comes into being only when it is asked for.
 */
export class Invocation implements InvocationContext {
  readonly tenantId: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly traceparent: string | undefined;
  readonly startBy: number;
  readonly expiresAt: number;
  /** Monotonic; set when the call begins. */
  startedAt = 0;
  /** Monotonic: when the call has to be over. */
  endsAt = 0;
  /** Whether its one `running` report is out. */
  toldRunning = false;
  /** Whether its report is made: whatever comes later is dropped. */
  settled = false;
  /** To be told how the call ended; null where no breaker stands before it. */
  permit: Permit | null = null;
  /** Values handed out: to be redacted from what comes back. */
  secretsUsed: string[] | undefined;

  #controller: AbortController | undefined;
  #random: (() => number) | undefined;
  #sleepers: Set<Sleeper> | undefined;
  #over: ToolplaneError | undefined;

  constructor(
    readonly event: Dispatch,
    private readonly monotonic: () => number,
    private readonly secrets: SecretSource,
  ) {
    const { data } = event;
    this.tenantId = event.tenantid;
    this.executionId = data.executionId;
    this.attempt = data.attempt;
    this.idempotencyKey = data.idempotencyKey;
    this.traceparent = event.traceparent;
    this.startBy = Date.parse(data.startBy);
    this.expiresAt = data.deadline === null ? Number.POSITIVE_INFINITY : Date.parse(data.deadline);
  }

  /** @param logNow by which the execution's deadline is judged. */
  begin(logNow: number): void {
    this.startedAt = this.monotonic();
    this.endsAt = this.startedAt + Math.min(this.event.data.tool.timeoutMs, this.expiresAt - logNow);
  }

  get remainingMs(): number {
    return Math.max(0, this.endsAt - this.monotonic());
  }

  get deadline(): Date {
    return new Date(Date.now() + this.remainingMs);
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#over) this.#controller.abort(this.#over);
    }
    return this.#controller.signal;
  }

  get random(): () => number {
    return () => (this.#random ??= seededRandom(`${this.executionId} ${this.attempt}`))();
  }

  get sleep(): (ms: number) => Promise<void> {
    return (ms) => this.#sleep(ms);
  }

  get secret(): (reference: string, origin: string) => Promise<string> {
    return async (reference, origin) => {
      const value = await this.secrets.read(reference, { tenantId: this.tenantId, origin });
      this.conceal(value);
      return value;
    };
  }

  get conceal(): (value: string) => void {
    return (value) => void (this.secretsUsed ??= []).push(value);
  }

  /** Ends whatever the call is waiting for. */
  abort(reason: ToolplaneError): void {
    this.#over ??= reason;
    this.#controller?.abort(reason);
    for (const { timer, reject } of this.#sleepers ?? []) {
      clearTimeout(timer);
      reject(reason);
    }
    this.#sleepers = undefined;
  }

  #sleep(ms: number): Promise<void> {
    if (this.#over) return Promise.reject(this.#over);
    if (!(ms > 0)) return NOW;
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        reject,
        timer: setTimeout(() => {
          this.#sleepers?.delete(sleeper);
          resolve();
        }, ms),
      };
      (this.#sleepers ??= new Set()).add(sleeper);
    });
  }
}
