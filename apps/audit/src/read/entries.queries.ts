import { isUuid } from '@toolplane/contracts/events';
import type { Tx } from '@toolplane/persistence';
import { SELECTED, type SelectedRow } from '../chain/entry-row.js';

type Alternatives = readonly string[] | undefined;

/** Filters of the lists; all must hold, values of one are alternatives. */
export interface EntryFilter {
  readonly sessionId?: Alternatives;
  readonly agent?: Alternatives;
  /** Names or ids. */
  readonly tool?: Alternatives;
  readonly status?: Alternatives;
  readonly kind?: Alternatives;
  readonly code?: Alternatives;
  /** Who asked, or for whom. */
  readonly userId?: Alternatives;
  readonly exceptionId?: Alternatives;
  readonly correlationId?: Alternatives;
  readonly executionId?: Alternatives;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
}

/** Sort key of the last entry of the page before. */
export interface After {
  readonly at: string;
  readonly seq: number;
}

const COLUMN_OF = {
  sessionId: ['session_id'],
  agent: ['agent'],
  status: ['status'],
  kind: ['kind'],
  code: ['code'],
  userId: ['requested_by_id', 'actor_id'],
  exceptionId: ['exception_id'],
  correlationId: ['correlation_id'],
  executionId: ['execution_id'],
} as const satisfies Partial<Record<keyof EntryFilter, readonly string[]>>;

/** Newest first, from `after` on; at most `limit` rows of the tenant. */
export function listEntries(tx: Tx, tenantId: string, filter: EntryFilter, limit: number, after: After | null): Promise<SelectedRow[]> {
  const values: unknown[] = [tenantId];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  /** One value is compared with `=`: only then an index gives its rows in order, and the limit ends the search. */
  const among = (columns: readonly string[], wanted: readonly string[]): string => {
    const [first, ...others] = wanted;
    const test = others.length > 0 ? `= any(${bind(wanted)})` : `= ${bind(first)}`;
    return `(${columns.map((column) => `e.${column} ${test}`).join(' or ')})`;
  };
  const where = ['e.tenant_id = $1'];
  for (const [name, columns] of Object.entries(COLUMN_OF)) {
    const wanted = filter[name as keyof typeof COLUMN_OF];
    if (wanted && wanted.length > 0) where.push(among(columns, wanted));
  }
  if (filter.tool && filter.tool.length > 0) where.push(`(${toolTests(filter.tool, among).join(' or ')})`);
  if (filter.from) where.push(`e.at >= ${bind(filter.from)}`);
  if (filter.to) where.push(`e.at < ${bind(filter.to)}`);
  if (after) where.push(`(e.at, e.seq) < (${bind(after.at)}::timestamptz, ${bind(after.seq)}::bigint)`);
  return tx.query<SelectedRow>(
    `select ${SELECTED} from audit.entries e where ${where.join(' and ')} order by e.at desc, e.seq desc limit ${bind(limit)}`,
    values,
  );
}

/** No tool has a name in the form of an id. */
function toolTests(wanted: readonly string[], among: (columns: readonly string[], wanted: readonly string[]) => string): string[] {
  const byColumn = { tool_id: wanted.filter(isUuid), tool_name: wanted.filter((value) => !isUuid(value)) };
  return Object.entries(byColumn).flatMap(([column, values]) => (values.length > 0 ? [among([column], values)] : []));
}
