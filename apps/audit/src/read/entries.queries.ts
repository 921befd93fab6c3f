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
  sessionId: 'session_id',
  agent: 'agent',
  status: 'status',
  kind: 'kind',
  code: 'code',
  exceptionId: 'exception_id',
  correlationId: 'correlation_id',
  executionId: 'execution_id',
} as const satisfies Partial<Record<keyof EntryFilter, string>>;

/** What a page, or a piece of an export, is cut out of. */
export interface Cut {
  readonly limit: number;
  readonly after: After | null;
  /** The last entry of the chain that belongs to it: an export that goes on for minutes ends where the chain did when it began. */
  readonly through?: number | undefined;
}

/** Newest first, from `after` on; at most `limit` rows of the tenant. */
export function listEntries(tx: Tx, tenantId: string, filter: EntryFilter, { limit, after, through }: Cut): Promise<SelectedRow[]> {
  const values: unknown[] = [tenantId];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  /** One value is compared with `=`: only then an index gives its rows in order, and the limit ends the search. */
  const among = (column: string, [first, ...others]: readonly string[]): string =>
    others.length > 0 ? `e.${column} = any(${bind([first, ...others])})` : `e.${column} = ${bind(first)}`;
  const where = ['e.tenant_id = $1'];
  for (const [name, column] of Object.entries(COLUMN_OF)) {
    const wanted = filter[name as keyof typeof COLUMN_OF];
    if (wanted && wanted.length > 0) where.push(among(column, wanted));
  }
  if (filter.tool && filter.tool.length > 0) where.push(`(${toolTests(filter.tool, among).join(' or ')})`);
  if (filter.from) where.push(`e.at >= ${bind(filter.from)}`, `e.month >= ${monthBefore(bind(filter.from))}`);
  if (filter.to) where.push(`e.at < ${bind(filter.to)}`);
  if (after) where.push(`(e.at, e.seq) < (${bind(after.at)}::timestamptz, ${bind(after.seq)}::bigint)`);
  if (through !== undefined) where.push(`e.seq <= ${bind(through)}`);
  const most = bind(limit);
  const select = (tests: readonly string[]): string =>
    `select ${SELECTED} from audit.entries e where ${tests.join(' and ')} order by e.at desc, e.seq desc limit ${most}`;
  if (!filter.userId || filter.userId.length === 0) return tx.query<SelectedRow>(select(where), values);
  // Each half has an index in the right order; one condition with an "or" would have to look at everything.
  const asked = among('requested_by_id', filter.userId);
  const meant = among('actor_id', filter.userId);
  return tx.query<SelectedRow>(
    `select * from ((${select([...where, asked])}) union all (${select([...where, meant, `(${asked}) is not true`])})) e
      order by at desc, seq desc limit ${most}`,
    values,
  );
}

/** Entries are recorded after what they tell of, and no clock of ours is a day ahead: older months need not be looked at. */
const monthBefore = (moment: string): string => `date_trunc('month', (${moment}::timestamptz at time zone 'UTC') - interval '1 day')::date`;

/** No tool has a name in the form of an id. */
function toolTests(wanted: readonly string[], among: (column: string, wanted: readonly string[]) => string): string[] {
  const byColumn = { tool_id: wanted.filter(isUuid), tool_name: wanted.filter((value) => !isUuid(value)) };
  return Object.entries(byColumn).flatMap(([column, values]) => (values.length > 0 ? [among(column, values)] : []));
}
