import { Injectable } from '@nestjs/common';
import type { PlaybookRun } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { Database, Outbox, type Tx } from '@toolplane/persistence';
import { canonical } from '@toolplane/security/chain';
import type { Caller } from '@toolplane/service-kit';
import { exceptionStore } from '../exceptions/exception.store.js';
import type { ExceptionRow } from '../exceptions/exception-row.js';
import { timelineStore } from '../exceptions/timeline.store.js';
import { playbookStore } from '../playbooks/playbook.store.js';
import { payloadOf } from './call-payload.js';
import { Calls, executionIdOf, requestedOf, toolOf } from './calls.js';
import { happeningsOf } from './happenings.js';
import { idempotencyStore, type KeyedRequest } from './idempotency.store.js';
import { isRefusal, transition, type Moved, type Refusal, type Trigger } from './run-machine.js';
import { runOf, stateOf, type RunRow, type StepRow } from './run-row.js';
import { runStore } from './run.store.js';

/** A person's or, for start and cancel, a service's wish, with what came beside it. */
export interface Wish {
  readonly caller: Caller;
  readonly request: KeyedRequest;
  readonly comment?: string | undefined;
  readonly traceparent: string;
}
export type PersonalTrigger = Exclude<Trigger, { type: 'ended' }>;
export interface Answered {
  readonly run: PlaybookRun;
  /** A repeat: answered with the run as it stands now, nothing was done. */
  readonly replayed: boolean;
}

/** A payload that was checked, and what of it goes into the request. */
interface Prepared {
  readonly text: string;
  readonly payload: Record<string, unknown>;
}

export const runNotFound = (): ToolplaneError => new ToolplaneError('NOT_FOUND', { message: 'there is no such run' });

/** Everything that people do with runs. Each is one transaction: the run, its timeline, and the request for a tool where there is one. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly calls: Calls,
  ) {}

  /** Begins a run. It calls nothing: its first step waits for somebody, like every other. */
  start(exceptionId: string, playbook: string, { caller, request, comment }: Wish): Promise<Answered> {
    const { tenantId, principal } = caller;
    return this.database.asTenant(tenantId, async (tx) => {
      const id = newId();
      const earlier = await idempotencyStore.claim(tx, tenantId, request, id);
      if (earlier !== undefined) return this.replay(tx, tenantId, earlier);
      const exception = await exceptionStore.one(tx, tenantId, exceptionId);
      if (!exception) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such exception' });
      const found = await playbookStore.find(tx, tenantId, playbook, 'share');
      if (!found) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such playbook' });
      if (exception.status === 'closed') throw new ToolplaneError('CONFLICT', { message: 'the exception is closed; open it again first' });
      await runStore.insert(tx, { tenantId, id, exceptionId: exception.id, playbookId: found.id, playbookName: found.name, definition: found.steps, startedBy: principal });
      await timelineStore.add(tx, tenantId, [{ exceptionId: exception.id, kind: 'run_started', by: principal, runId: id, playbookName: found.name, comment }]);
      return { run: runOf(await existing(tx, tenantId, id)), replayed: false };
    });
  }

  /** Moves a run by what somebody does; completing and retrying a `call_tool` step requests its execution in the same transaction. */
  async move(id: string, trigger: PersonalTrigger, wish: Wish): Promise<Answered> {
    const { tenantId } = wish.caller;
    const seen = await this.database.asTenant(tenantId, async (tx) => {
      const earlier = await idempotencyStore.earlier(tx, tenantId, wish.request);
      if (earlier !== undefined) return this.replay(tx, tenantId, earlier);
      const run = await existing(tx, tenantId, id);
      const { calls } = moved(run, trigger);
      return { run, call: calls === null ? null : { stepId: calls, payload: payloadOf(run, calls, await exceptionOf(tx, run)) } };
    });
    if ('replayed' in seen) return seen;
    const prepared = seen.call && {
      text: canonical(seen.call.payload),
      payload: await this.calls.prepare(wish.caller, toolOf(seen.run, seen.call.stepId), seen.call.payload),
    };

    return this.database.asTenant(tenantId, async (tx) => {
      const earlier = await idempotencyStore.claim(tx, tenantId, wish.request, id);
      if (earlier !== undefined) return this.replay(tx, tenantId, earlier);
      const [run] = await runStore.lock(tx, [{ tenantId, runId: id }]);
      if (!run) throw runNotFound();
      const next = moved(run, trigger);
      await this.save(tx, run, next, trigger, wish);
      if (next.calls !== null) await this.request(tx, run, next, { prepared, wish });
      return { run: runOf(await existing(tx, tenantId, id)), replayed: false };
    });
  }

  /** Keeps what became of a call that a cancelled run left behind. */
  async note(tenantId: string, id: string, detail: string): Promise<PlaybookRun> {
    return this.database.asTenant(tenantId, async (tx) => {
      const [run] = await runStore.lock(tx, [{ tenantId, runId: id }]);
      if (!run) throw runNotFound();
      await runStore.save(tx, run, { ...run, detail }, []);
      return runOf(await existing(tx, tenantId, id));
    });
  }

  private async request(tx: Tx, run: RunRow, { calls, state }: Moved, { prepared, wish }: { readonly prepared: Prepared | null; readonly wish: Wish }): Promise<void> {
    const stepId = calls as string;
    const text = canonical(payloadOf(run, stepId, await exceptionOf(tx, run)));
    if (text !== prepared?.text) throw new ToolplaneError('CONFLICT', { message: 'the exception was changed in the meantime; look at it and try again' });
    const iteration = state.steps.find(({ id }) => id === stepId)?.iteration ?? 1;
    const [{ now } = { now: new Date() }] = await tx.query<{ now: Date }>('select now()');
    const event = requestedOf({ run, stepId, iteration, payload: prepared.payload }, wish.caller, { now, traceparent: wish.traceparent });
    await runStore.keepRequest(tx, event);
    await this.outbox.add(tx, [{ event }]);
  }

  private async save(tx: Tx, run: RunRow, next: Moved, trigger: PersonalTrigger, { caller, comment }: Wish): Promise<void> {
    const acted = 'step' in trigger ? trigger.step : null;
    const choice = trigger.type === 'complete' ? (trigger.choice ?? null) : null;
    const steps = run.steps.map((step, index): StepRow => {
      const state = next.state.steps[index];
      if (!state || !next.changed.includes(step.stepId)) return step;
      const { status, iteration } = state;
      const own = step.stepId === acted ? { comment: comment ?? null, choice } : { comment: null, choice: null };
      const fresh: StepRow = { ...step, status, iteration, ...own, by: caller.principal };
      if (step.stepId === next.calls) return { ...fresh, output: null, outputRef: null, error: null, executionId: executionIdOf(run, step.stepId, iteration) };
      return status === 'completed' ? { ...fresh, output: outputOf(fresh) } : fresh;
    });
    const after: RunRow = { ...run, status: next.state.status, steps };
    await runStore.save(tx, run, after, next.changed);
    await timelineStore.add(tx, run.tenantId, happeningsOf(run, after, next.changed, caller.principal, comment));
  }

  private async replay(tx: Tx, tenantId: string, runId: string): Promise<Answered> {
    return { run: runOf(await existing(tx, tenantId, runId)), replayed: true };
  }
}

async function existing(tx: Tx, tenantId: string, id: string): Promise<RunRow> {
  const run = await runStore.one(tx, tenantId, id);
  if (!run) throw runNotFound();
  return run;
}

async function exceptionOf(tx: Tx, { tenantId, exceptionId }: RunRow): Promise<ExceptionRow> {
  const exception = await exceptionStore.one(tx, tenantId, exceptionId);
  if (!exception) throw new Error('a run has lost its exception');
  return exception;
}

function moved(run: RunRow, trigger: Trigger): Moved {
  const result = transition(stateOf(run), trigger);
  if (isRefusal(result)) throw refusal(result);
  return result;
}

function refusal({ reason, message }: Refusal): ToolplaneError {
  if (reason === 'unknown_step') return new ToolplaneError('NOT_FOUND', { message });
  if (reason === 'choice') return new ToolplaneError('DEFINITION_INVALID', { message: 'the choice is not one of the step’s', details: [{ pointer: '/choice', detail: message }] });
  return new ToolplaneError('CONFLICT', { message });
}

/** What later steps may take from a step that a person has done. */
const outputOf = ({ comment, choice }: StepRow) => ({ ...(choice === null ? {} : { choice }), ...(comment === null ? {} : { comment }) });
