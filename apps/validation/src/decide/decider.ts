import type { Received } from '@toolplane/contracts/envelope';
import type { ErrorCode } from '@toolplane/contracts/errors';
import type { Outgoing, ToolExecutionDecided, ToolExecutionRequested } from '@toolplane/contracts/events';
import type { Logger } from '@toolplane/observability';
import type { Cases, Prepared } from './cases.js';
import { decide, type Decision } from './decide.js';
import { decidedEvent } from './decided.js';
import type { Ingress, Ingresses } from './ingresses.js';
import { contextOf, requestDigestOf } from './request.js';

/** Why a record is parked: it has no tenant whose execution it could be. */
export type Refusal = Extract<ErrorCode, 'TENANT_UNKNOWN' | 'TENANT_NOT_ALLOWED'>;

const CANNOT_DECIDE = Object.freeze({ rule: 'tool_exists', verdict: 'fail', code: 'INTERNAL', reason: 'the request could not be decided' } as const);
const UNDECIDABLE: Decision = Object.freeze({ outcome: 'rejected', failed: CANNOT_DECIDE, rules: [CANNOT_DECIDE] });

/** Makes a decision of a request: which ingress it came by, what it asks for, what the rules say. */
export class Decider {
  constructor(
    private readonly cases: Cases,
    private readonly ingresses: Ingresses,
    private readonly digestKey: string,
    private readonly logger: Logger,
  ) {}

  decide(event: Received<ToolExecutionRequested>): Outgoing<ToolExecutionDecided> | Refusal {
    const { tenantid: tenantId, data } = event;
    const ingress = this.ingresses.of(event.record.topic);
    if (!ingress?.allows(tenantId)) return 'TENANT_NOT_ALLOWED';
    const { tool, version, payload } = data;
    const prepared = this.cases.of({ tenantId, tool, version, agent: data.agent ?? null, sessionId: data.sessionId ?? null, payload });
    if (!prepared.given.tenant) return 'TENANT_UNKNOWN';
    return this.decidedOf(event, prepared, ingress);
  }

  private decidedOf(event: Received<ToolExecutionRequested>, prepared: Prepared, ingress: Ingress): Outgoing<ToolExecutionDecided> {
    const context = contextOf(event, ingress);
    const digest = requestDigestOf(event, context, prepared.given.sent, ingress, this.digestKey);
    return decidedEvent(event, prepared, this.judge(prepared, event), context, digest);
  }

  /** A rule that throws is a fault of ours. Its request ends, visibly; it is neither run nor parked. */
  private judge({ given }: Prepared, { id, tenantid }: Received<ToolExecutionRequested>): Decision {
    try {
      return decide(given);
    } catch (err) {
      this.logger.error({ err, tenantId: tenantid, eventId: id }, 'a request could not be decided');
      return UNDECIDABLE;
    }
  }
}
