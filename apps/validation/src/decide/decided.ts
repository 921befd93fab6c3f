import { wireError } from '@toolplane/contracts/errors';
import { createEvent, isOfAgents, NO_AGENT, RULE_SET, RULE_SET_WITHOUT_AGENT, ToolExecutionDecided, type Outgoing } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { Decision } from './decide.js';
import type { ReadRequest } from './read-request.js';
import { executionIdOf } from './request.js';
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
  { event, prepared: { given, compiled }, context, digest: requestDigest, carried }: ReadRequest,
  decision: Decision,
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
      ruleSet: given.agent === null ? RULE_SET_WITHOUT_AGENT : RULE_SET,
      rules: decision.rules.filter(travels).map(travelling),
      requestDigest,
      toolName: given.tool?.name ?? event.data.tool,
      tool: compiled?.terms ?? null,
      input: carried.input,
      inputDigest: carried.digest,
      approval: approval && { id: approval.id, decision: 'pending', by: null, comment: null, expiresAt: approval.expiresAt.toISOString() },
      requestedAt,
      ...context,
    },
  });
}

type WireError = ToolExecutionDecided['data']['error'];
type WireVerdict = ToolExecutionDecided['data']['rules'][number];

/** What is as usual is expanded from the rule set when it is read, unless it has something to say of this very request. */
const travels = ({ rule, verdict, reason, details }: Verdict): boolean =>
  details !== undefined || (verdict !== 'pass' && !(verdict === 'skipped' && reason === NO_AGENT && isOfAgents(rule)));
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
