import type { Received } from '@toolplane/contracts/envelope';
import type { ErrorCode } from '@toolplane/contracts/errors';
import { RULE_NAMES, type Outgoing, type ToolExecutionDecided, type ToolExecutionRequested } from '@toolplane/contracts/events';
import type { Logger } from '@toolplane/observability';
import type { Cases } from './cases.js';
import { decide, type Decision } from './decide.js';
import { decidedEvent, type PendingApproval } from './decided.js';
import type { Ingresses } from './ingresses.js';
import type { ReadRequest } from './read-request.js';
import { contextOf, executionIdOf, requestDigestOf } from './request.js';
import { unsealed } from '../seal/carried.js';
import { verdicts, type Case } from './rule.js';

/** Why a record is parked: it has no tenant whose execution it could be. */
export type Refusal = Extract<ErrorCode, 'TENANT_UNKNOWN' | 'TENANT_NOT_ALLOWED'>;

const CANNOT_DECIDE = Object.freeze({ rule: 'tool_exists', verdict: 'fail', code: 'INTERNAL', reason: 'the request could not be decided' } as const);
const UNDECIDABLE: Decision = Object.freeze({
  outcome: 'rejected',
  failed: CANNOT_DECIDE,
  rules: RULE_NAMES.map((rule) => (rule === CANNOT_DECIDE.rule ? CANNOT_DECIDE : verdicts(rule).skipped(CANNOT_DECIDE.reason))),
});

/** Makes a decision of a request: which ingress it came by, what it asks for, what the rules say. */
export class Decider {
  constructor(
    private readonly cases: Cases,
    private readonly ingresses: Ingresses,
    private readonly digestKey: string,
    private readonly logger: Logger,
  ) {}

  /** All that a decision is made of but what only a database knows: uses that were counted, a decision that stands. */
  read(event: Received<ToolExecutionRequested>): ReadRequest | Refusal {
    const { tenantid: tenantId, data } = event;
    const ingress = this.ingresses.of(event.record.topic);
    if (!ingress?.allows(tenantId)) return 'TENANT_NOT_ALLOWED';
    const { tool, version, payload } = data;
    const prepared = this.cases.of({ tenantId, tool, version, agent: data.agent ?? null, sessionId: data.sessionId ?? null, payload });
    if (!prepared.given.tenant) return 'TENANT_UNKNOWN';
    const context = contextOf(event, ingress);
    const digest = requestDigestOf(event, context, prepared.given.sent, ingress, this.digestKey);
    return { event, tenantId, executionId: executionIdOf(event), prepared, context, digest, carried: unsealed(prepared.given) };
  }

  /** @param counted uses in this session so far, where the assignment limits them */
  decide(request: ReadRequest, counted: Case['usage'] = null): Decision {
    const { given } = request.prepared;
    const decision = this.judge(counted === null ? given : { ...given, usage: counted }, request.event);
    const { refusal } = request.carried;
    if (!refusal || decision.outcome === 'rejected') return decision;
    return { outcome: 'rejected', failed: refusal, rules: decision.rules.map((verdict) => (verdict.rule === refusal.rule ? refusal : verdict)) };
  }

  /** @param approval the approval that the request waits for, where it was decided that it needs one */
  eventOf(request: ReadRequest, decision: Decision, approval: PendingApproval | null = null): Outgoing<ToolExecutionDecided> {
    return decidedEvent(request, decision, approval);
  }

  /** A rule that throws is a fault of ours. Its request ends, visibly; it is neither run nor parked. */
  private judge(given: Case, { id, tenantid }: Received<ToolExecutionRequested>): Decision {
    try {
      return decide(given);
    } catch (err) {
      this.logger.error({ err, tenantId: tenantid, eventId: id }, 'a request could not be decided');
      return UNDECIDABLE;
    }
  }
}
