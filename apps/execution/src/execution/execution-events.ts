import {
  createEvent, dispatchedTopic, ToolExecutionCompleted, ToolExecutionFailed, ToolExecutionProgressed, ToolInvocationDispatched,
  type EventOf, type Outgoing,
} from '@toolplane/contracts/events';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { deriveEventId } from '@toolplane/contracts/ids';
import { canonical, digest, sha256 } from '@toolplane/security/chain';
import { redact } from '@toolplane/security/redaction';
import type { ExecutionRow, Redaction } from './execution-row.js';
import type { Applied, Dated } from './execution.store.js';
import type { Effect } from './state-machine.js';

type OutcomeData = EventOf<typeof ToolExecutionCompleted>['data'] | EventOf<typeof ToolExecutionFailed>['data'];
export type ToPublish = Outgoing<CloudEvent>;
export interface Later {
  readonly event: ToPublish;
  readonly dueAt: Date;
}

/** An output over this many bytes of JSON travels as a reference. */
export const LARGEST_OUTPUT_IN_EVENT = 256 * 1024;

/**
 * What is to be published for the answers of the store, a function of the stored rows alone: `now` where the cause is a record that
 * would be delivered again, `later` (by the outbox) where it has a due time.
 */
export function eventsOf(applied: readonly Applied[]): { readonly now: readonly ToPublish[]; readonly later: readonly Later[] } {
  const now: ToPublish[] = [];
  const later: Later[] = [];
  for (const { row, effects, dated } of applied) {
    if (!row) continue;
    for (const effect of effects) {
      // Every attempt but the first waits in the outbox, however short: there it passes the gates.
      if (effect.type === 'dispatch' && effect.attempt > 1) {
        later.push({ event: dispatched(row, effect.attempt, dated.eventId), dueAt: dueAtOf(row, effect) });
      } else {
        now.push(...published(row, effect, dated));
      }
    }
  }
  return { now, later };
}

/** The same for a cause that is no record: all of it goes through the outbox. */
export function laterEventsOf(applied: readonly Applied[]): readonly Later[] {
  const { now, later } = eventsOf(applied);
  return [...now.map((event) => ({ event, dueAt: new Date(0) })), ...later];
}

function published(row: ExecutionRow, effect: Effect, dated: Dated): readonly ToPublish[] {
  switch (effect.type) {
    case 'dispatch':
      return [dispatched(row, effect.attempt, dated.eventId)];
    case 'complete':
    case 'fail':
      return ended(row, dated.eventId);
    case 'progress':
      return [progressed(row, effect.kind, dated)];
  }
}

function dispatched(row: ExecutionRow, attempt: number, cause: string): ToPublish {
  const { terms, startBy } = row;
  if (!terms || !startBy) throw new Error(`execution ${row.id} was dispatched without a decision`);
  return createEvent(ToolInvocationDispatched, {
    ...about(row, `dispatched:${attempt}`, cause, row.updatedAt),
    topic: dispatchedTopic(terms.provider),
    data: {
      executionId: row.id, attempt, startBy: startBy.toISOString(), deadline: row.deadline?.toISOString() ?? null, tool: terms,
      input: row.input, idempotencyKey: row.id, agent: row.agent, sessionId: row.sessionId,
    },
  });
}

/** The end of a row that has ended, told again. */
export const endedEvents = (row: ExecutionRow): readonly ToPublish[] => ended(row, row.lastEvent ?? row.id);

/** The end of an execution as it was published; only for one that has ended. */
export const terminalEventOf = (row: ExecutionRow): ToPublish => ended(row, row.lastEvent ?? row.id)[0] as ToPublish;

/** Completed or Failed: they share one event id, and go also to the topic of the ingress that asked for its own answers. */
function ended(row: ExecutionRow, cause: string): readonly ToPublish[] {
  const envelope = about(row, 'terminal', cause, row.finishedAt ?? row.updatedAt);
  const outcome = outcomeOf(row);
  const event = outcome.status === 'succeeded'
    ? createEvent(ToolExecutionCompleted, { ...envelope, data: outcome })
    : createEvent(ToolExecutionFailed, { ...envelope, data: outcome });
  return row.context.answerTopic === null ? [event] : [event, { ...event, topic: row.context.answerTopic }];
}

function outcomeOf(row: ExecutionRow): OutcomeData {
  const { value: input, redactions } = redact(row.input, { pointers: row.context.sensitiveInput, sealed: true });
  const common = {
    ...contextOf(row),
    executionId: row.id, toolId: row.toolId, toolName: row.toolName, toolVersion: row.toolVersion,
    durationMs: Math.max(0, (row.finishedAt ?? row.updatedAt).getTime() - row.createdAt.getTime()),
    providerMs: row.providerMs, attempts: row.attempt, tokensUsed: row.tokensUsed,
    input: input, inputDigest: row.inputDigest,
    redactions: redactionsOf(redactions, row.redactions),
    ...(row.context.approval && { approvalId: row.context.approval.id }),
  };
  if (row.status === 'succeeded') {
    return { ...common, ...outputOf(row), status: 'succeeded', error: null };
  }
  const error = row.error as NonNullable<ExecutionRow['error']>;
  return { ...common, status: 'failed', output: null, outputRef: null, outputDigest: null, error: { ...error, errors: [...error.errors] } };
}

/** The output with its digest, or, where it is too large for an event, where it can be read. */
export function outputOf(row: Pick<ExecutionRow, 'id' | 'output'>) {
  const text = canonical(row.output ?? null);
  const sha = sha256(text);
  // Counting characters first spares the ordinary output a second pass.
  const bytes = text.length * 3 <= LARGEST_OUTPUT_IN_EVENT ? 0 : Buffer.byteLength(text);
  return bytes <= LARGEST_OUTPUT_IN_EVENT
    ? { output: row.output ?? null, outputRef: null, outputDigest: sha }
    : { output: null, outputRef: { url: `/api/tools/executions/${row.id}/output`, bytes, sha256: sha }, outputDigest: sha };
}

function progressed(row: ExecutionRow, kind: Extract<Effect, { type: 'progress' }>['kind'], { eventId, report, by }: Dated): ToPublish {
  const retry = kind === 'retry_scheduled';
  const attempt = report?.attempt ?? row.attempt;
  const lateOutput = report?.output;
  return createEvent(ToolExecutionProgressed, {
    ...about(row, `progressed:${kind}:${attempt}`, eventId, row.updatedAt),
    data: {
      ...contextOf(row),
      executionId: row.id, kind, attempt, dueAt: retry && row.startBy ? row.startBy.toISOString() : null,
      toolId: row.toolId, toolName: row.toolName, toolVersion: row.toolVersion, error: null,
      outputDigest: kind === 'late_report' && lateOutput !== undefined ? digest(lateOutput) : null, redactions: [],
      ...(by && { by }),
    },
  });
}

const contextOf = (row: ExecutionRow) => ({
  request: row.context.request, correlationId: row.correlationId, requestedBy: row.context.requestedBy, actor: row.context.actor,
  agent: row.agent, sessionId: row.sessionId, exceptionId: row.exceptionId, ip: row.context.ip,
});

const about = (row: ExecutionRow, change: string, causationId: string, time: Date) => ({
  tenantId: row.tenantId, id: deriveEventId(row.tenantId, row.id, change), subject: row.id, source: 'execution', time: time.toISOString(),
  causationId, ...(row.context.traceparent === null ? {} : { traceparent: row.context.traceparent }),
});

const redactionsOf = (input: readonly Redaction[], output: readonly Redaction[]): Redaction[] =>
  input.length === 0 && output.length === 0
    ? []
    : [...input.map(({ pointer, rule }) => ({ pointer: `/input${pointer}`, rule })), ...output.map(({ pointer, rule }) => ({ pointer: `/output${pointer}`, rule }))];

/** The row keeps `startBy`, database time of the dispatch plus the time a worker has to take it: the rest is when it is due. */
const dueAtOf = (row: ExecutionRow, effect: Extract<Effect, { type: 'dispatch' }>): Date => new Date(row.updatedAt.getTime() + effect.delayMs);
