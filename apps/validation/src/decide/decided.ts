import type { Received } from '@toolplane/contracts/envelope';
import { wireError } from '@toolplane/contracts/errors';
import { createEvent, RULE_SET, ToolExecutionDecided, type Outgoing, type ToolExecutionRequested } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { Prepared } from './cases.js';
import type { Decision } from './decide.js';
import { carried, payloadDigest } from './payload.js';
import { executionIdOf, type RequestContext } from './request.js';
import { faultsOf, type Verdict } from './rule.js';

/** An approval that was asked for in the same breath. */
export interface PendingApproval {
  readonly id: string;
  readonly expiresAt: Date;
}

/**
 * The event of a first decision. All in it comes from the request and what it was decided by, its time included: decided again from the
 * same state, it is the same event to the byte.
 */
export function decidedEvent(
  event: Received<ToolExecutionRequested>,
  { given, compiled }: Prepared,
  decision: Decision,
  context: RequestContext,
  requestDigest: string,
  approval: PendingApproval | null = null,
): Outgoing<ToolExecutionDecided> {
  const executionId = executionIdOf(event);
  const id = deriveEventId(event.tenantid, executionId, 'decided');
  const requestedAt = new Date(event.record.appendedAt).toISOString();
  return createEvent(ToolExecutionDecided, {
    tenantId: event.tenantid,
    id,
    subject: executionId,
    source: 'validation',
    time: requestedAt,
    causationId: event.id,
    traceparent: event.traceparent ?? traceOf(executionId, id),
    data: {
      executionId,
      outcome: decision.outcome,
      error: errorOf(decision),
      ruleSet: RULE_SET,
      rules: decision.rules.filter(travels).map(travelling),
      requestDigest,
      toolName: given.tool?.name ?? event.data.tool,
      tool: compiled?.terms ?? null,
      input: carried(given.payload),
      inputDigest: payloadDigest(given.payload),
      approval: approval && { id: approval.id, decision: 'pending', by: null, comment: null, expiresAt: approval.expiresAt.toISOString() },
      requestedAt,
      ...context,
    },
  });
}

type WireError = ToolExecutionDecided['data']['error'];
type WireVerdict = ToolExecutionDecided['data']['rules'][number];

/** What passed is expanded from the rule set when it is read, unless it has something to say of this very request. */
const travels = ({ verdict, details }: Verdict): boolean => verdict !== 'pass' || details !== undefined;
const travelling = (verdict: Verdict): WireVerdict =>
  verdict.verdict === 'pass' ? { rule: verdict.rule, verdict: 'pass', details: verdict.details } : verdict;

const errorOf = ({ failed }: Decision): WireError => {
  if (!failed) return null;
  const error = wireError(failed.code, { message: failed.reason, details: faultsOf(failed) });
  return { ...error, errors: [...error.errors] };
};

/** A request without a trace begins one, the same one each time: its execution's. */
const traceOf = (executionId: string, eventId: string): string =>
  `00-${executionId.replaceAll('-', '')}-${eventId.replaceAll('-', '').slice(0, 16)}-01`;
