import { expandRules } from '@toolplane/contracts/events';
import type { ExecutionEvent } from '@toolplane/contracts/http';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { ExecutionRow } from '../execution/execution-row.js';
import { terminalEventOf } from '../execution/execution-events.js';
import type { DecisionFacts, FiledTurn } from '../execution/timeline.store.js';

/**
 * What happened to an execution, oldest first, as its events say it in public. The row tells of the request, the first decision and the
 * end; everything out of the ordinary was filed.
 */
export function timelineOf(row: ExecutionRow, filed: readonly FiledTurn[]): readonly ExecutionEvent[] {
  const later = [...filed.map((turn) => turnEvent(row, turn)), ...(row.finishedAt ? [terminal(row)] : [])];
  return [requested(row), ...decided(row), ...later.sort((a, b) => momentOf(a) - momentOf(b))];
}

/** What was filed with the end came before it, though its time may have been rounded up. */
const momentOf = ({ time, type }: ExecutionEvent): number => Date.parse(time) + (type === 'ToolExecutionCompleted' || type === 'ToolExecutionFailed' ? 1 : 0);

function requested(row: ExecutionRow): ExecutionEvent {
  const { request, requestedBy, actor } = row.context;
  return {
    ...envelope(row, 'ToolExecutionRequested', request?.id ?? deriveEventId(row.tenantId, row.id, 'requested'), row.createdAt),
    source: request?.source ?? '/toolplane/execution',
    data: { executionId: row.id, tool: row.toolName, requestedBy, actor, ...subjectOf(row), deadline: row.deadline?.toISOString() ?? null },
  };
}

function decided(row: ExecutionRow): readonly ExecutionEvent[] {
  const { decision } = row.context;
  if (!decision) return [];
  const facts: DecisionFacts = { ...decision, error: decision.outcome === 'rejected' && row.error ? { ...row.error, errors: [...row.error.errors] } : null };
  return [decisionEvent(row, deriveEventId(row.tenantId, row.id, 'decided'), decision.at, facts)];
}

const decisionEvent = (row: ExecutionRow, id: string, time: Date | string, { outcome, error, ruleSet, rules, approval }: DecisionFacts): ExecutionEvent => ({
  ...envelope(row, 'ToolExecutionDecided', id, time),
  source: '/toolplane/validation',
  data: {
    executionId: row.id, outcome, error, ruleSet, rules: expandRules(ruleSet, rules), approval, ...toolOf(row), inputDigest: row.inputDigest, ...subjectOf(row),
  },
});

function turnEvent(row: ExecutionRow, turn: FiledTurn): ExecutionEvent {
  if (turn.type === 'decided') return decisionEvent(row, turn.eventId, turn.at, turn.facts);
  const { cause: _cause, ...facts } = turn.facts;
  return { ...envelope(row, 'ToolExecutionProgressed', turn.eventId, turn.at), data: { executionId: row.id, ...facts, ...toolOf(row), ...subjectOf(row) } };
}

function terminal(row: ExecutionRow): ExecutionEvent {
  const { id, type, data } = terminalEventOf(row);
  return { ...envelope(row, type as ExecutionEvent['type'], id, row.finishedAt ?? row.updatedAt), data: data as Record<string, unknown> };
}

const envelope = (row: ExecutionRow, type: ExecutionEvent['type'], id: string, time: Date | string): Omit<ExecutionEvent, 'data'> => ({
  id, source: '/toolplane/execution', type, time: new Date(time).toISOString(), subject: row.id, tenantid: row.tenantId,
});
const toolOf = ({ toolId, toolName, toolVersion }: ExecutionRow) => ({ toolId, toolName, toolVersion });
const subjectOf = ({ agent, sessionId, exceptionId, correlationId }: ExecutionRow) => ({ agent, sessionId, exceptionId, correlationId });
