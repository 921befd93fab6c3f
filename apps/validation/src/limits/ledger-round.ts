import type { Outgoing, ToolExecutionDecided } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { storable } from '@toolplane/persistence';
import { digest } from '@toolplane/security/chain';
import { toolFingerprint } from '../approvals/tool-fingerprint.js';
import type { Decider } from '../decide/decider.js';
import type { ReadRequest } from '../decide/read-request.js';
import type { Decision } from '../decide/decide.js';
import type { Definitions } from '../projection/registry-projection.js';
import { counterOf } from './counter-of.js';
import type { Counter, NewApproval, StoredDecision } from './ledger.store.js';

type Decided = Outgoing<ToolExecutionDecided>;
type ApprovalTerms = { readonly required: number; readonly expiresAfterMs: number };

const TAKEN = Object.freeze({ rule: 'tool_exists', verdict: 'fail', code: 'EXECUTION_ID_CONFLICT', reason: 'the execution id stands for another request' } as const);
const CONFLICT: Decision = Object.freeze({ outcome: 'rejected', failed: TAKEN, rules: [TAKEN] });

/** What one transaction knows, and what it decides of the requests of a batch, one after the other. */
export class LedgerRound {
  private readonly used = new Map<string, number>();
  private readonly standing = new Map<string, ToolExecutionDecided>();
  private readonly claimed = new Set<string>();
  private readonly counted = new Map<string, Counter>();
  private readonly decisions: StoredDecision[] = [];
  private readonly approvals: NewApproval[] = [];
  private readonly now: Date;

  constructor(
    private readonly decider: Decider,
    private readonly definitions: Definitions,
    known: { readonly counters: readonly Counter[]; readonly decisions: readonly StoredDecision[]; readonly now: Date },
  ) {
    this.now = known.now;
    for (const counter of known.counters) this.used.set(keyText(counterParts(counter)), counter.used);
    for (const { tenantId, executionId, event } of known.decisions) {
      const key = keyText([tenantId, executionId]);
      if (event) this.standing.set(key, event);
      else this.claimed.add(key);
    }
  }

  /** What is to be written. */
  get made(): { readonly counters: readonly Counter[]; readonly decisions: readonly StoredDecision[]; readonly approvals: readonly NewApproval[] } {
    return { counters: sortedKeys([...this.counted.values()]), decisions: sortedKeys(this.decisions), approvals: sortedKeys(this.approvals) };
  }

  decide(request: ReadRequest): readonly Decided[] {
    const key = keyText([request.tenantId, request.executionId]);
    const standing = this.standing.get(key);
    if (standing?.data.requestDigest === request.digest) return [standing];
    // Execution parks it. What stands goes before it, in the same partition: it must not be taken for the first.
    if (standing) return [standing, this.decider.eventOf(request, CONFLICT)];
    if (!this.claimed.has(key)) return [this.decider.eventOf(request, this.decider.decide(request))];
    const decided = this.first(request);
    this.standing.set(key, decided);
    this.decisions.push({ tenantId: request.tenantId, executionId: request.executionId, event: decided });
    return [decided];
  }

  private first(request: ReadRequest): Decided {
    const counter = counterOf(request.prepared.given);
    const counterKey = counter && keyText(counterParts(counter.key));
    const used = counterKey === null ? 0 : (this.used.get(counterKey) ?? 0);
    const decision = this.decider.decide(request, counter && { limit: counter.limit, used });
    // What is refused is not a use; what waits for an approval is one.
    if (counter && counterKey !== null && decision.outcome !== 'rejected') {
      this.used.set(counterKey, used + 1);
      this.counted.set(counterKey, { ...counter.key, used: used + 1 });
    }
    if (decision.outcome !== 'approval_required') return asKept(this.decider.eventOf(request, decision));
    const terms = termsOf(request);
    const pending = { id: newId(), expiresAt: new Date(this.now.getTime() + terms.expiresAfterMs) };
    const event = asKept(this.decider.eventOf(request, decision, pending));
    this.approvals.push({ ...this.approvalOf(request, event), ...pending, required: terms.required });
    return event;
  }

  private approvalOf({ tenantId, executionId, prepared: { given } }: ReadRequest, { data }: ToolExecutionDecided) {
    const { tool } = given;
    if (!tool || !data.tool) throw new Error('an approval is asked for a tool that is not there');
    return {
      tenantId, executionId, toolId: tool.id, toolName: tool.name, toolVersion: data.tool.version,
      toolFingerprint: toolFingerprint(tool, this.definitions.version(tool, tool.currentVersion)),
      agent: data.agent, requester: data.requestedBy?.id ?? '', onBehalfOf: data.actor?.id ?? '', payloadDigest: data.inputDigest,
    };
  }
}

/** What is published is what is stored, to the byte, its digest included: a repeat is read from the database. */
function asKept(event: Decided): Decided {
  const kept = storable(event);
  return kept === event ? event : { ...kept, data: { ...kept.data, inputDigest: digest(kept.data.input) } };
}

/** An assignment's own terms go before the tool's. */
const termsOf = ({ prepared: { given } }: ReadRequest): ApprovalTerms =>
  given.assignment?.approval ?? given.tool?.approval ?? { required: 1, expiresAfterMs: 86_400_000 };

const counterParts = ({ tenantId, agent, toolId, sessionId }: Omit<Counter, 'used'>): string[] => [tenantId, agent, toolId, sessionId];
/** No part may hold a control character. */
const keyText = (parts: readonly string[]): string => parts.join('\u0001');
interface Keyed {
  readonly tenantId: string;
  readonly executionId?: string;
  readonly agent?: string | null;
  readonly toolId?: string;
  readonly sessionId?: string;
}
const sortKeyOf = ({ tenantId, executionId = '', agent, toolId = '', sessionId = '' }: Keyed): string =>
  keyText([tenantId, executionId, agent ?? '', toolId, sessionId]);

/** Each once, in an order that every batch shares. */
export function sortedKeys<Row extends Keyed>(rows: readonly Row[]): readonly Row[] {
  const byKey = new Map(rows.map((row) => [sortKeyOf(row), row]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
