import { parsePointer } from '@toolplane/contracts/documents';
import type { DecisionRecord } from '@toolplane/contracts/http';
import { digest } from '@toolplane/security/chain';
import type { Asked, Cases } from '../decide/cases.js';
import { decide, type Decision } from '../decide/decide.js';
import { counterOf } from '../limits/counter-of.js';

/** Decides past requests again, oldest first, by one set of definitions. Uses are counted from none, within what is replayed. */
export class Replay {
  private readonly uses = new Map<string, number>();

  constructor(private readonly cases: Cases) {}

  decide(asked: Asked): Decision {
    const { given } = this.cases.of(asked);
    const counter = counterOf(given);
    if (!counter) return decide(given);
    const key = Object.values(counter.key).join(' ');
    const used = this.uses.get(key) ?? 0;
    const decision = decide({ ...given, usage: { limit: counter.limit, used } });
    if (!decision.failed) this.uses.set(key, used + 1);
    return decision;
  }
}

/** What was asked for then; null where the payload was not kept whole, as of what was too large to be carried. */
export function askedThen(tenantId: string, record: DecisionRecord): Asked | null {
  const { toolId, agent, sessionId, input } = record;
  if (toolId === null || digest(input) !== record.inputDigest) return null;
  return { tenantId, tool: toolId, version: requestedVersion(record), agent, sessionId, payload: asSent(record) };
}

/** Without what was filled in: the rules on what a caller may send look at what it sent. */
function asSent({ input, rules }: DecisionRecord): Record<string, unknown> {
  const filled = new Set(texts(detailsOf(rules, 'defaults')['filledIn']).map((pointer) => parsePointer(pointer)?.[0]));
  return filled.size === 0 ? input : Object.fromEntries(Object.entries(input).filter(([name]) => !filled.has(name)));
}

const requestedVersion = ({ rules }: DecisionRecord): string | undefined => texts([detailsOf(rules, 'tool_exists')['requested']])[0];

function detailsOf(rules: DecisionRecord['rules'], rule: string): Readonly<Record<string, unknown>> {
  const details = rules.find((each) => each.rule === rule)?.details;
  return typeof details === 'object' && details !== null ? (details as Readonly<Record<string, unknown>>) : {};
}

const texts = (values: unknown): readonly string[] => (Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []);
