import type { ExecutionRecord } from '@toolplane/contracts/http';
import { redact, redactor } from '@toolplane/security/redaction';
import type { ExecutionRow } from '../execution/execution-row.js';
import { outputOf } from '../execution/execution-events.js';

/** The public record of an execution. Only what the tool's schemas mark as sensitive is redacted: it is the caller's own. */
export const executionRecord = (row: ExecutionRow): ExecutionRecord => recordOf(row, false);

/** The same among others, where nobody looks for one of them: members whose names say that they are secret are redacted too. */
export const listedRecord = (row: ExecutionRow): ExecutionRecord => recordOf(row, true);

const byName = redactor({ keys: true });

function recordOf(row: ExecutionRow, listed: boolean): ExecutionRecord {
  const { value: input, redactions } = redact(row.input, { pointers: row.context.sensitiveInput, sealed: true, keys: listed });
  const { output, outputRef } = row.status === 'succeeded' ? outputOf(row) : { output: null, outputRef: null };
  const shown = listed ? byName(output) : { value: output, redactions: [] };
  return {
    id: row.id,
    tenantId: row.tenantId,
    request: row.context.request,
    correlationId: row.correlationId,
    toolId: row.toolId,
    toolName: row.toolName,
    toolVersion: row.toolVersion,
    status: row.status,
    requestedBy: row.context.requestedBy,
    actor: row.context.actor,
    agent: row.agent,
    sessionId: row.sessionId,
    exceptionId: row.exceptionId,
    input,
    output: shown.value,
    outputRef,
    redactions: [
      ...redactions.map(({ pointer, rule }) => ({ pointer: `/input${pointer}`, rule })),
      ...[...row.redactions, ...shown.redactions].map(({ pointer, rule }) => ({ pointer: `/output${pointer}`, rule })),
    ],
    error: row.error && { ...row.error, errors: [...row.error.errors] },
    approval: approvalOf(row),
    attempts: row.attempt,
    /** The trace of the request, where it came with one. */
    traceId: row.context.traceparent?.split('-')[1] ?? null,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Nobody decides after it has expired; a decision from before that was said so has no such moment. */
function approvalOf({ context: { approval }, updatedAt }: ExecutionRow): ExecutionRecord['approval'] {
  if (!approval) return null;
  const { id, decision, expiresAt } = approval;
  return { id, status: decision, expiresAt: expiresAt ?? updatedAt.toISOString(), url: `/api/approvals/${id}` };
}
