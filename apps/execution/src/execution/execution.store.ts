import { Injectable } from '@nestjs/common';
import type { ToolExecutionDecided } from '@toolplane/contracts/events';
import { ToolplaneError, type ExecutionError } from '@toolplane/contracts/errors';
import { batchOf, type Tx } from '@toolplane/persistence';
import type { Applied, Dated } from './applied.js';
import { asAsked } from './as-asked.js';
import { ROW, retryTermsOf, stateOf, type ExecutionContext, type ExecutionRow } from './execution-row.js';
import { timelineStore } from './timeline.store.js';
import { turnsOf } from './turns.js';
import { isPaidRetry, RetryBudget } from './retry-budget.js';
import { attemptOf, callsOf, isFinal, transition, usualState, type Effect, type State, type Transition, type Trigger } from './state-machine.js';

export type { Applied, Dated } from './applied.js';

/** How long a worker may take a dispatch, and how much longer than the tool's own time limit an attempt is waited for. */
export interface LeaseTerms {
  readonly startWithinMs: number;
  readonly graceMs: number;
}

const arrival = batchOf({
  tenantId: 'text', id: 'uuid', status: 'text', attempt: 'int', calls: 'int', requestDigest: 'text', toolId: 'text', toolName: 'text',
  toolVersion: 'text', agent: 'text', sessionId: 'text', exceptionId: 'text', correlationId: 'text', context: 'json', terms: 'json',
  input: 'json', inputDigest: 'text', error: 'json', deadline: 'timestamptz', startMs: 'int', leaseMs: 'int', lastEvent: 'uuid',
  createdAt: 'timestamptz',
});
/** Times of an attempt and of the end, the same in every statement: from the database's clock alone. */
const TIMES = `now() + row.start_ms * interval '1 ms', now() + row.lease_ms * interval '1 ms',
         case when row.status = 'running' then now() end, case when row.status = 'failed' then now() end`;
const ARRIVE = `
  insert into execution.executions as e (tenant_id, id, status, attempt, calls, request_digest, tool_id, tool_name, tool_version, agent,
         session_id, exception_id, correlation_id, context, terms, input, input_digest, error, deadline, last_event, created_at, redactions,
         start_by, lease_until, started_at, finished_at)
  select row.tenant_id, row.id, row.status, row.attempt, row.calls, row.request_digest, row.tool_id, row.tool_name, row.tool_version,
         row.agent, row.session_id, row.exception_id, row.correlation_id, row.context, row.terms, row.input, row.input_digest, row.error,
         row.deadline, row.last_event, row.created_at, '[]', ${TIMES}
    from ${arrival.source}
      on conflict (tenant_id, id) do nothing
  returning e.tenant_id as "tenantId", e.id, e.start_by as "startBy", e.lease_until as "leaseUntil", e.started_at as "startedAt",
            e.finished_at as "finishedAt", e.updated_at as "updatedAt"`;

const decision = batchOf({
  tenantId: 'text', id: 'uuid', status: 'text', attempt: 'int', calls: 'int', toolId: 'text', toolName: 'text', toolVersion: 'text',
  context: 'json', terms: 'json', input: 'json', inputDigest: 'text', error: 'json', startMs: 'int', leaseMs: 'int', lastEvent: 'uuid',
});
/** For rows that were accepted before they were decided: these are locked already. */
const DECIDE = `
  update execution.executions e
     set status = row.status, attempt = row.attempt, calls = row.calls, tool_id = row.tool_id, tool_name = row.tool_name,
         tool_version = row.tool_version, context = row.context, terms = row.terms, input = row.input, input_digest = row.input_digest,
         error = row.error, last_event = row.last_event, updated_at = now(),
         (start_by, lease_until, started_at, finished_at) = (${TIMES})
    from ${decision.source}
   where (e.tenant_id, e.id) = (row.tenant_id, row.id)
  returning ${ROW}`;

const completion = batchOf({
  tenantId: 'text', id: 'uuid', attempt: 'int', output: 'json', redactions: 'json', providerMs: 'int', tokensUsed: 'int', lastEvent: 'uuid',
});
/** The ordinary end. Status and attempt are compared as expressions that no index matches, so that rows are found by primary key. */
const COMPLETE = `
  update execution.executions e
     set status = 'succeeded', output = row.output, redactions = row.redactions, provider_ms = row.provider_ms,
         tokens_used = row.tokens_used, last_event = row.last_event, finished_at = now(), updated_at = now()
    from ${completion.source}
   where e.tenant_id = row.tenant_id and e.id = row.id and e.status || '' = 'running' and e.attempt + 0 = row.attempt
  returning ${ROW}`;

const change = batchOf({
  tenantId: 'text', id: 'uuid', status: 'text', attempt: 'int', calls: 'int', output: 'json', error: 'json', redactions: 'json',
  providerMs: 'int', tokensUsed: 'int', startMs: 'int', leaseMs: 'int', lastEvent: 'uuid',
});
/** Whatever else may happen to a row that is locked already. */
const CHANGE = `
  update execution.executions e
     set status = row.status, attempt = row.attempt, calls = row.calls, output = row.output, error = row.error,
         redactions = coalesce(row.redactions, e.redactions), provider_ms = coalesce(row.provider_ms, e.provider_ms),
         tokens_used = coalesce(row.tokens_used, e.tokens_used), last_event = row.last_event, updated_at = now(),
         start_by = coalesce(now() + row.start_ms * interval '1 ms', e.start_by),
         lease_until = coalesce(now() + row.lease_ms * interval '1 ms', e.lease_until),
         finished_at = case when row.status in ('succeeded', 'failed') then now() end
    from ${change.source}
   where (e.tenant_id, e.id) = (row.tenant_id, row.id)
  returning ${ROW}`;

const context = batchOf({ tenantId: 'text', id: 'uuid', context: 'json' });
/** An approval that is taken back while its execution runs: nothing else of the row changes, so that what was published of it stays what it was. */
const NOTE = `
  update execution.executions e set context = row.context from ${context.source}
   where (e.tenant_id, e.id) = (row.tenant_id, row.id)
  returning ${ROW}`;

const keys = batchOf({ tenantId: 'text', id: 'uuid' });
const LOAD = `
  select ${ROW} from execution.executions e join ${keys.source} on (e.tenant_id, e.id) = (row.tenant_id, row.id)
   order by e.tenant_id, e.id for update of e`;

@Injectable()
export class ExecutionStore {
  constructor(
    private readonly terms: LeaseTerms,
    private readonly random: () => number = Math.random,
    private readonly budget = new RetryBudget(),
  ) {}

  /**
   * The only way to change an execution; one row per execution in a statement. Answers for every input: applied, applied before
   * by this event (both publish, from the stored row), or refused (filed as late). Assumes the usual state, transitions, inserts
   * or sets. What misses is loaded for update and transitioned from its real state.
   * @throws ToolplaneError EXECUTION_ID_CONFLICT for a decision on an id that stands for another request.
   */
  async apply(tx: Tx, triggers: readonly Dated[]): Promise<readonly Applied[]> {
    const answers = new Map<Dated, Applied>();
    for (const round of roundsOf(triggers)) {
      const arrived = await this.arrive(tx, round.filter(({ decision: decided }) => decided !== undefined));
      const completed = await this.complete(tx, round.filter(isSuccess));
      for (const each of [...arrived, ...completed]) answers.set(each.dated, each);
      const misses = round.filter((each) => !answers.has(each));
      for (const each of await this.change(tx, misses)) answers.set(each.dated, each);
    }
    const applied = triggers.map((each): Applied => answers.get(each) ?? { dated: each, answer: 'refused', row: null, effects: [] });
    await timelineStore.file(tx, applied.flatMap(turnsOf));
    return applied;
  }

  /** Decisions of executions that have no row yet: all that come over Kafka, once. */
  private async arrive(tx: Tx, decided: readonly Dated[]): Promise<Applied[]> {
    if (decided.length === 0) return [];
    const arrivals = decided.map((each) => this.arrivalOf(each));
    const stored = await tx.query<Stored>(ARRIVE, arrival.values(arrivals.map(({ row }) => row)));
    const byKey = new Map(stored.map((times) => [keyOf(times), times]));
    return arrivals.flatMap(({ dated, row, effects }) => {
      const times = byKey.get(keyOf(row));
      return times ? [{ dated, answer: 'applied' as const, row: { ...row, ...NOTHING_YET, ...times } as ExecutionRow, effects }] : [];
    });
  }

  private async complete(tx: Tx, succeeded: readonly Dated[]): Promise<Applied[]> {
    if (succeeded.length === 0) return [];
    const rows = await tx.query<ExecutionRow>(COMPLETE, completion.values(succeeded.map(({ tenantId, id, eventId, report }) => ({
      tenantId, id, attempt: report?.attempt, output: report?.output ?? null, redactions: report?.redactions ?? [],
      providerMs: report?.providerMs ?? null, tokensUsed: report?.tokensUsed ?? null, lastEvent: eventId,
    }))));
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return succeeded.flatMap((dated) => {
      const row = byKey.get(keyOf(dated));
      return row ? [{ dated, answer: 'applied' as const, row, effects: [{ type: 'complete' as const }] }] : [];
    });
  }

  /** The long way: lock, look, transition from the real state, set what moved. */
  private async change(tx: Tx, dated: readonly Dated[]): Promise<Applied[]> {
    if (dated.length === 0) return [];
    const found = new Map((await tx.query<ExecutionRow>(LOAD, keys.values(dated))).map((row) => [keyOf(row), row]));
    const answers = dated.map((each) => this.judge(each, found.get(keyOf(each)) ?? null));
    const moved = answers.filter((each): each is Moved => each.answer === 'applied' && each.row !== null);
    const noted = moved.filter(({ row, next }) => row.status === 'running' && 'voided' in next && next.status === 'running' && !('voided' in stateOf(row)));
    const decided = moved.filter((each) => each.dated.decision !== undefined && !noted.includes(each));
    const others = moved.filter((each) => each.dated.decision === undefined);
    const rows = [
      ...(noted.length > 0 ? await tx.query<ExecutionRow>(NOTE, context.values(noted.map((each) => this.noteOf(each)))) : []),
      ...(decided.length > 0 ? await tx.query<ExecutionRow>(DECIDE, decision.values(decided.map((each) => this.decisionOf(each)))) : []),
      ...(others.length > 0 ? await tx.query<ExecutionRow>(CHANGE, change.values(others.map((each) => this.changeOf(each)))) : []),
    ];
    const set = new Map(rows.map((row) => [keyOf(row), row]));
    return answers.map(({ next: _next, ...each }) => (each.answer === 'applied' ? { ...each, row: set.get(keyOf(each.dated)) ?? each.row } : each));
  }

  private judge(dated: Dated, row: ExecutionRow | null): Judged {
    if (row && dated.decision && dated.decision.data.requestDigest !== row.requestDigest) {
      throw new ToolplaneError('EXECUTION_ID_CONFLICT', { message: `execution ${row.id} stands for another request` });
    }
    const state: State = row ? stateOf(row) : { status: 'absent' };
    // The log was the workers' memory: what was handed on before it was lost is judged by its lease, never handed on once more.
    if (row?.status === 'running' && dated.decision?.data.saidAgain && dated.decision.data.outcome === 'allowed') return { dated, answer: 'refused', row, next: state, effects: [] };
    if (row && row.lastEvent === dated.eventId) return { dated, answer: 'repeated', row, next: state, effects: effectsAgain(row, dated.trigger) };
    const { state: next, effects } = this.affordable(row, state, row ? asAsked(dated, row) : dated.trigger);
    // What has ended was told of when it ended; another turn of its approval tells nothing.
    if (row && dated.decision && isFinal(state)) return { dated, answer: 'refused', row, next, effects: [] };
    const moves = row !== null && (next !== state || effects.some((effect) => effect.type === 'progress' && effect.kind === 'running'));
    return { dated, answer: moves ? 'applied' : 'refused', row, next, effects };
  }

  /** What follows, unless it is a retry that its destination has had too many of: then the failure is final. */
  private affordable(row: ExecutionRow | null, state: State, trigger: Trigger): Transition {
    const terms = row ? retryTermsOf(row) : NO_RETRIES;
    const wanted = transition(state, trigger, terms, this.random);
    const paid = !row?.terms || !isPaidRetry(trigger, wanted) || this.budget.spend(row.tenantId, row.terms);
    return paid ? wanted : transition(state, trigger, { ...terms, maxAttempts: 0 }, this.random);
  }

  private arrivalOf(dated: Dated) {
    const event = dated.decision as ToolExecutionDecided;
    const { data } = event;
    const { state, effects } = transition(usualState(dated.trigger), dated.trigger, NO_RETRIES, this.random);
    if (data.tool) this.budget.earn(dated.tenantId, data.tool);
    const row = {
      tenantId: dated.tenantId, id: dated.id, status: state.status, attempt: attemptOf(state), calls: callsOf(state),
      requestDigest: data.requestDigest, toolId: data.tool?.id ?? null, toolName: data.toolName, toolVersion: data.tool?.version ?? null,
      agent: data.agent, sessionId: data.sessionId, exceptionId: data.exceptionId, correlationId: data.correlationId,
      context: contextOf(event), terms: data.tool, input: data.input, inputDigest: data.inputDigest, error: errorOf(effects),
      deadline: data.deadline === null ? null : new Date(data.deadline), lastEvent: dated.eventId, createdAt: new Date(data.requestedAt),
      ...this.leaseOf(effects, data.tool?.timeoutMs),
    };
    return { dated, row, effects };
  }

  private decisionOf({ dated, row, next, effects }: Moved) {
    const event = dated.decision as ToolExecutionDecided;
    const { data } = event;
    if (data.tool) this.budget.earn(dated.tenantId, data.tool);
    return {
      tenantId: dated.tenantId, id: dated.id, status: next.status, attempt: attemptOf(next), calls: callsOf(next),
      toolId: data.tool?.id ?? row.toolId, toolName: data.toolName, toolVersion: data.tool?.version ?? row.toolVersion,
      context: contextOf(event, row.context), terms: data.tool, input: data.input, inputDigest: data.inputDigest, error: errorOf(effects),
      lastEvent: dated.eventId, ...this.leaseOf(effects, data.tool?.timeoutMs),
    };
  }

  private noteOf({ dated, row }: Moved) {
    return { tenantId: dated.tenantId, id: dated.id, context: { ...row.context, approval: dated.decision?.data.approval ?? null } };
  }

  private changeOf({ dated, row, next, effects }: Moved) {
    const { report } = dated;
    return {
      tenantId: dated.tenantId, id: dated.id, status: next.status, attempt: attemptOf(next), calls: callsOf(next),
      output: next.status === 'succeeded' ? (report?.output ?? null) : null, error: errorOf(effects),
      redactions: report?.redactions ?? null, providerMs: report?.providerMs ?? null, tokensUsed: report?.tokensUsed ?? null,
      lastEvent: dated.eventId, ...this.leaseOf(effects, row.terms?.timeoutMs),
    };
  }

  /** A dispatch starts a lease; a `running` report moves it: the call has begun and has its whole time before it. */
  private leaseOf(effects: readonly Effect[], timeoutMs = 0): { startMs: number | null; leaseMs: number | null } {
    const { startWithinMs, graceMs } = this.terms;
    for (const effect of effects) {
      if (effect.type === 'dispatch') {
        const startMs = effect.delayMs + startWithinMs;
        return { startMs, leaseMs: startMs + timeoutMs + graceMs };
      }
    }
    const runs = effects.some((effect) => effect.type === 'progress' && effect.kind === 'running');
    return { startMs: null, leaseMs: runs ? timeoutMs + graceMs : null };
  }
}

interface Stored extends Pick<ExecutionRow, 'tenantId' | 'id' | 'startBy' | 'leaseUntil' | 'startedAt' | 'finishedAt' | 'updatedAt'> {}
type Judged = Applied & { readonly next: State };
type Moved = Judged & { readonly row: ExecutionRow };

const NO_RETRIES = { idempotent: false, maxAttempts: 1, backoffMs: 0 };
const NOTHING_YET = { output: null, redactions: [], providerMs: null, tokensUsed: null };
const keyOf = ({ tenantId, id }: { readonly tenantId: string; readonly id: string }): string => `${tenantId} ${id}`;
const isSuccess = ({ report }: Dated): boolean => report?.status === 'succeeded';
const errorOf = (effects: readonly Effect[]): ExecutionError | null => effects.find((effect) => effect.type === 'fail')?.error ?? null;

/** @param before of the row, where there is one: what was decided first stays the first decision */
const contextOf = ({ data, traceparent, time }: ToolExecutionDecided, before?: ExecutionContext): ExecutionContext => ({
  request: data.request, requestedBy: data.requestedBy, actor: data.actor, ip: data.ip, approval: data.approval,
  answerTopic: data.answerTopic, sensitiveInput: data.tool?.sensitive.input ?? [], traceparent: traceparent ?? null,
  decision: before?.decision ?? { at: time ?? data.requestedAt, outcome: data.outcome, ruleSet: data.ruleSet, rules: data.rules, approval: data.approval },
});

/** What a row's last event gave rise to, told from the row alone. */
function effectsAgain(row: ExecutionRow, trigger: Trigger): readonly Effect[] {
  switch (row.status) {
    case 'succeeded':
      return [{ type: 'complete' }];
    case 'failed':
      return row.error ? [{ type: 'fail', error: row.error }] : [];
    case 'running':
      if (trigger.type === 'decided') return row.context.approval?.decision === 'void' ? [] : [{ type: 'dispatch', attempt: row.attempt, delayMs: 0 }];
      // The next attempt itself lies in the outbox since it was stored.
      return trigger.type === 'reported' ? [{ type: 'progress', kind: trigger.attempt === row.attempt ? 'running' : 'retry_scheduled' }] : [];
    case 'requested':
    case 'awaiting_approval':
      return [];
  }
}

/** Splits a batch so that no statement meets an execution twice, each part in key order: batches that cross cannot deadlock. */
function roundsOf(triggers: readonly Dated[]): readonly (readonly Dated[])[] {
  const rounds: Dated[][] = [];
  const seen = new Map<string, number>();
  for (const each of triggers) {
    const key = keyOf(each);
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    (rounds[round] ??= []).push(each);
  }
  for (const round of rounds) round.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return rounds;
}
