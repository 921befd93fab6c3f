import type { Approval } from '@toolplane/contracts/http';
import { redact } from '@toolplane/security/redaction';
import type { ApprovalRow } from './approvals.queries.js';

/** The public form. Whoever decides sees the names of sensitive fields, never their values, and no value whose name says that it is secret. */
export function approvalView(row: ApprovalRow): Approval {
  const { data } = row.first;
  const { value: payload, redactions } = redact(data.input, { pointers: data.tool?.sensitive.input ?? [], sealed: true, keys: true });
  return {
    id: row.id,
    executionId: row.executionId,
    status: row.status,
    toolId: row.toolId,
    toolName: row.toolName,
    toolVersion: row.toolVersion,
    agent: data.agent,
    sessionId: data.sessionId,
    requestedBy: data.requestedBy,
    actor: data.actor,
    payload,
    payloadDigest: data.inputDigest,
    redactions: [...redactions],
    required: row.required,
    decisions: row.decisions,
    lastApproved: row.last && { executionId: row.last.executionId, payload: redact(row.last.input, { pointers: row.last.sensitive, sealed: true, keys: true }).value },
    expiresAt: row.expiresAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}
