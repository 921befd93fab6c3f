import type { ToolExecutionDecided, ToolExecutionProgressed } from '@toolplane/contracts/events';
import { batchOf, type Tx } from '@toolplane/persistence';

type Decided = ToolExecutionDecided['data'];
type Progressed = ToolExecutionProgressed['data'];

/** A decision as it is kept: what is the same in every turn stands in the row. */
export type DecisionFacts = Pick<Decided, 'outcome' | 'error' | 'ruleSet' | 'rules' | 'approval'>;
export type ProgressFacts = Pick<Progressed, 'kind' | 'attempt' | 'dueAt' | 'outputDigest' | 'by'> & { readonly cause: string };

interface Of {
  readonly tenantId: string;
  readonly executionId: string;
  readonly eventId: string;
}
/** What is published beside the first decision and the end: a further turn of an approval, or progress. */
export type Turn = Of & ({ readonly type: 'decided'; readonly facts: DecisionFacts } | { readonly type: 'progressed'; readonly facts: ProgressFacts });
export type FiledTurn = Turn & { readonly at: Date };

const turn = batchOf({ tenantId: 'text', executionId: 'uuid', eventId: 'uuid', type: 'text', facts: 'json' });
const FILE = `
  insert into execution.timeline (${turn.columns}) select ${turn.columns} from ${turn.source}
      on conflict (tenant_id, execution_id, event_id) do nothing`;
const OF = `
  select t.tenant_id as "tenantId", t.execution_id as "executionId", t.event_id as "eventId", t.at, t.type, t.facts
    from execution.timeline t where t.tenant_id = $1 and t.execution_id = $2 order by t.at, t.event_id`;

export const timelineStore = {
  /** Filed once, however often it is told of. On the ordinary path there is nothing to file, and no statement. */
  async file(tx: Tx, turns: readonly Turn[]): Promise<void> {
    if (turns.length === 0) return;
    const keyOf = ({ tenantId, executionId, eventId }: Turn): string => `${tenantId} ${executionId} ${eventId}`;
    await tx.query(FILE, turn.values([...turns].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))));
  },

  of(tx: Tx, tenantId: string, executionId: string): Promise<FiledTurn[]> {
    return tx.query<FiledTurn>(OF, [tenantId, executionId]);
  },
};
