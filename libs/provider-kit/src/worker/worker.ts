import { ToolplaneError, wireError, type ExecutionError } from '@toolplane/contracts/errors';
import { LogClock } from '@toolplane/messaging';
import { redact } from '@toolplane/security/redaction';
import type { Provider, ProviderCall } from '../provider.js';
import { hasSealedFields } from '../sealing/open-payload.js';
import { outcomeOf } from '../breakers/outcome.js';
import { Invocation, type Dispatch } from './invocation.js';
import { Lanes } from './lanes.js';
import { measureOutput } from './output.js';
import { Reporter } from './reporter.js';
import { notStarted, reportOf, type Said } from './reports.js';
import { ToolChecks } from './tool-checks.js';
import { loggable, withoutSecrets } from './without-secrets.js';
import { WorkerMetrics, type WorkerState } from './worker-metrics.js';
import type { DrainOptions, WorkerParts } from './worker-parts.js';

/** How often deadlines are looked at: one timer for all calls, since most are over before it would fire. */
const SWEEP_MS = 25;
/** A call that lasts longer says so, once. */
const RUNNING_AFTER_MS = 250;
/** What a report weighs besides its output, in bytes; roughly. */
const REPORT_BYTES = 1_000;
const STOPPING = 'The worker is being shut down';

/**
 * Takes dispatched attempts that are committed already, makes their calls beside the log's reading, and reports on each of them:
 * one report that ends the attempt, and `running` before it where the call lasts.
 */
export class Worker {
  readonly #clock: LogClock;
  readonly #monotonic: () => number;
  readonly #lanes: Lanes<Invocation>;
  readonly #reporter: Reporter;
  readonly #checks: ToolChecks;
  readonly #metrics: WorkerMetrics;
  readonly #active = new Set<Invocation>();
  #sweeper: NodeJS.Timeout | undefined;
  #roomWanted: (() => void)[] = [];
  #idleWanted: (() => void)[] = [];
  #stopping = false;

  constructor(
    private readonly provider: Provider,
    private readonly parts: WorkerParts,
  ) {
    const { limits, publisher, logger, metrics } = parts;
    this.#monotonic = parts.monotonic ?? (() => performance.now());
    this.#clock = new LogClock(this.#monotonic);
    this.#reporter = new Reporter(publisher, limits.reports, logger, () => this.#onRoom());
    this.#lanes = new Lanes(
      limits.calls,
      (invocation, key) => this.#begin(invocation, key),
      () => !this.#reporter.full,
    );
    this.#checks = new ToolChecks(provider.spec, limits.schemas);
    this.#metrics = new WorkerMetrics(metrics, () => this.state);
  }

  get state(): WorkerState {
    return { running: this.#active.size, waiting: this.#lanes.waiting, unpublished: this.#reporter.unpublished };
  }

  /** For the readiness of the process: how it stands, or why it takes nothing. */
  health(): WorkerState {
    if (this.#stopping) throw new Error(STOPPING);
    return this.state;
  }

  /** Takes a batch. Resolves when there is room for another: until then, the log is not to be read on. */
  async accept(events: readonly Dispatch[]): Promise<void> {
    for (const { record } of events) this.#clock.saw(record.appendedAt);
    for (const event of events) this.#take(event);
    if (!this.#hasRoom()) await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
  }

  /** Begins nothing more: what waits is handed back, and so is what still comes. */
  stop(): void {
    this.#stopping = true;
    for (const invocation of this.#lanes.takeWaiting(() => true)) this.#handBack(invocation, notStarted('PROVIDER_OVERLOADED', STOPPING));
    this.#onRoom();
  }

  /**
   * Stops, lets what runs end, and resolves when every report is out, or there is no more time. A call that outlasts it is cut off and
   * reports nothing: nobody knows what it did, and the lease says so.
   */
  async drain({ withinMs, flushMs, reading }: DrainOptions): Promise<void> {
    this.stop();
    await Promise.all([this.#untilIdle(withinMs), reading]);
    if (this.#active.size > 0) this.parts.logger.warn({ calls: this.#active.size }, 'calls outlast the shutdown; their leases decide');
    for (const invocation of this.#active) {
      invocation.settled = true;
      invocation.abort(new ToolplaneError('OUTCOME_UNKNOWN', { message: STOPPING }));
    }
    const lost = await this.#reporter.flush(flushMs);
    if (lost > 0)
      this.parts.logger.error({ reports: lost }, 'reports could not be published before the end; the leases of their attempts decide');
    this.#reporter.stop();
    clearInterval(this.#sweeper);
    await this.provider.close?.();
  }

  #take(event: Dispatch): void {
    const { tool } = event.data;
    const invocation = new Invocation(event, this.#monotonic, this.parts.secrets);
    if (this.#stopping) return this.#handBack(invocation, notStarted('PROVIDER_OVERLOADED', STOPPING));
    const faults = this.#checks.definitionFaults(tool);
    if (faults) return this.#refuse(invocation, 'The tool’s definition is not one that this worker can read', faults);
    if (this.#checks.outputCheck(tool) === 'unusable') return this.#refuse(invocation, 'The tool’s output schema cannot be used');
    if (!this.#lanes.add(`${event.tenantid} ${tool.id}`, invocation)) {
      return this.#handBack(invocation, notStarted('PROVIDER_OVERLOADED', 'Too many calls of this tool are waiting'));
    }
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  #begin(invocation: Invocation, key: string): boolean {
    const now = this.#clock.now();
    if (now > invocation.startBy) {
      this.#handBack(invocation, notStarted('PROVIDER_OVERLOADED', 'The call waited too long for its turn'));
      return false;
    }
    if (now >= invocation.expiresAt) {
      this.#handBack(invocation, notStarted('EXPIRED', 'The deadline passed before the call began'));
      return false;
    }
    const passage = this.parts.gate.enter(invocation.event);
    if ('refused' in passage) {
      this.#turnAway(invocation, passage.refused);
      return false;
    }
    invocation.permit = passage.permit;
    invocation.begin(now);
    this.#active.add(invocation);
    void this.#run(invocation, key);
    return true;
  }

  /** Never rejects. */
  async #run(invocation: Invocation, key: string): Promise<void> {
    const { data } = invocation.event;
    try {
      const payload = hasSealedFields(data.tool) ? await this.#open(invocation) : data.input;
      const call = { spec: data.tool.spec, payload, tool: data.tool } as ProviderCall;
      // What ran out of time while it was being opened is reported on already.
      const output = invocation.settled ? null : await this.provider.invoke(call, invocation);
      if (!invocation.settled) this.#succeed(invocation, output === undefined ? null : output);
    } catch (error) {
      if (!invocation.settled) this.#fail(invocation, error);
    }
    this.#active.delete(invocation);
    this.#lanes.release(key);
    this.#onRoom();
    if (this.#active.size === 0) for (const resolve of this.#idleWanted.splice(0)) resolve();
  }

  async #open(invocation: Invocation): Promise<ProviderCall['payload']> {
    const { payload, secrets } = await this.parts.opener.open(invocation.tenantId, invocation.event.data);
    if (secrets.length > 0) (invocation.secretsUsed ??= []).push(...secrets);
    return payload;
  }

  #succeed(invocation: Invocation, output: unknown): void {
    const { tool } = invocation.event.data;
    const bytes = measureOutput(output);
    const check = this.#checks.outputCheck(tool);
    const faults = typeof check === 'function' ? check(output) : [];
    if (faults.length > 0) throw new ToolplaneError('PROVIDER_OUTPUT_INVALID', { details: faults });
    const { secretsUsed } = invocation;
    const pointers = tool.sensitive.output;
    if (pointers.length === 0 && !secretsUsed) return this.#end(invocation, 'succeeded', { status: 'succeeded', output }, bytes);
    const { value, redactions } = withoutSecrets(output, bytes, { pointers, values: secretsUsed ?? [] });
    this.#end(invocation, 'succeeded', { status: 'succeeded', output: value, redactions: [...redactions] }, bytes);
  }

  #fail(invocation: Invocation, thrown: unknown): void {
    const { tenantId: tenant, executionId, attempt, secretsUsed: values = [] } = invocation;
    const { name: tool } = invocation.event.data.tool;
    if (!(thrown instanceof ToolplaneError)) {
      this.parts.logger.error(
        { err: loggable(thrown, values), tenant, executionId, attempt, tool },
        'a provider failed in a way it should not',
      );
      return this.#end(invocation, 'INTERNAL', { status: 'failed', error: wireError('INTERNAL') });
    }
    const wire = thrown.toWire();
    const error = { ...wire, ...redact({ message: wire.message, errors: wire.errors }, { values }).value };
    const reason = redact(thrown.cause instanceof Error ? thrown.cause.message : null, { values }).value;
    this.parts.logger.info({ tenant, executionId, attempt, tool, code: error.code, reason }, 'a call failed');
    this.#end(invocation, error.code, { status: 'failed', error });
  }

  /** The one report that ends an attempt whose call began. */
  #end(invocation: Invocation, result: string, said: Said, bytes = 0): void {
    invocation.settled = true;
    const ms = this.#monotonic() - invocation.startedAt;
    this.#metrics.call(result, ms);
    invocation.permit?.settle(outcomeOf(said.error ?? null));
    this.#report(invocation, { ...said, providerMs: Math.round(ms) }, bytes);
  }

  #handBack(invocation: Invocation, said: Said): void {
    invocation.settled = true;
    this.#metrics.notStarted(said.error?.code ?? '');
    this.#report(invocation, said);
  }

  /** The call may not be made now. Expected, and as often as there are requests: nothing for the log. */
  #turnAway(invocation: Invocation, error: ToolplaneError): void {
    invocation.startedAt = this.#monotonic();
    this.#end(invocation, error.code, { status: 'failed', error: error.toWire() });
  }

  /** The call cannot be made, now or later: trying again would find the same definition. */
  #refuse(invocation: Invocation, message: string, details: ExecutionError['errors'] = []): void {
    invocation.startedAt = this.#monotonic();
    this.#fail(invocation, new ToolplaneError('PROVIDER_FAILED', { message, details, effect: 'none' }));
  }

  #report(invocation: Invocation, said: Said, bytes = 0): void {
    this.#reporter.add(reportOf(this.parts.reporting, invocation.event, said), bytes + REPORT_BYTES);
  }

  /** Deadlines, `running`, and what has waited past its `startBy`. */
  #sweep(): void {
    const now = this.#monotonic();
    for (const invocation of this.#active) {
      if (invocation.settled) continue;
      if (now >= invocation.endsAt) this.#timeOut(invocation);
      else if (!invocation.toldRunning && now - invocation.startedAt >= RUNNING_AFTER_MS) {
        invocation.toldRunning = true;
        this.#report(invocation, { status: 'running' });
      }
    }
    const logNow = this.#clock.now();
    for (const late of this.#lanes.takeWaiting(({ startBy }) => logNow > startBy)) {
      this.#handBack(late, notStarted('PROVIDER_OVERLOADED', 'The call waited too long for its turn'));
    }
    this.#onRoom();
    if (this.#active.size > 0 || this.#lanes.waiting > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  /** Reports at once, whatever the call does about its signal; its place is free only when it has ended. */
  #timeOut(invocation: Invocation): void {
    const error = new ToolplaneError('PROVIDER_TIMEOUT');
    this.#end(invocation, error.code, { status: 'failed', error: error.toWire() });
    invocation.abort(error);
  }

  #hasRoom(): boolean {
    return this.#stopping || (this.#lanes.waiting < this.parts.limits.waiting && !this.#reporter.full);
  }

  #onRoom(): void {
    this.#lanes.pump();
    if (this.#roomWanted.length > 0 && this.#hasRoom()) for (const resolve of this.#roomWanted.splice(0)) resolve();
  }

  async #untilIdle(withinMs: number): Promise<void> {
    if (this.#active.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([new Promise<void>((resolve) => this.#idleWanted.push(resolve)), late]);
    clearTimeout(timer);
  }
}
