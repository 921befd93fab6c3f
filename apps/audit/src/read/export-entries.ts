import { pipeline, Readable } from 'node:stream';
import type { Database } from '@toolplane/persistence';
import { stringify } from 'csv-stringify';
import { entryOf, type SelectedRow } from '../chain/entry-row.js';
import type { Entry } from '../chain/entry.js';
import { inChain } from '../chain/in-chain.js';
import { listEntries, type After, type Cut, type EntryFilter } from './entries.queries.js';

export const EXPORT_TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;
export type ExportFormat = keyof typeof EXPORT_TYPES;

/** Which form an `Accept` asks for; null for a page of JSON. */
export function exportFormat(accept: string | undefined): ExportFormat | null {
  const types = (accept ?? '').split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase());
  if (types.includes('application/json')) return null;
  if (types.includes(EXPORT_TYPES.ndjson)) return 'ndjson';
  return types.includes(EXPORT_TYPES.csv) ? 'csv' : null;
}

const PIECE = 1_000;
const TIMEOUT_MS = 30_000;
const HEAD = 'select seq from audit.heads where tenant_id = $1';

/** Everything that the filter lets through, newest first, read as fast as it is taken and no faster. */
export function exportEntries(database: Database, tenantId: string, filter: EntryFilter, format: ExportFormat): Readable {
  const entries = Readable.from(entriesOf(database, tenantId, filter), { highWaterMark: PIECE });
  if (format === 'ndjson') return entries.compose(linesOf) as unknown as Readable;
  const sheet = stringify({ header: true, columns: [...COLUMNS], escape_formulas: true, record_delimiter: 'windows' });
  // Either end of it may go first: who asked, or the database.
  return pipeline(entries, rowsOf, sheet, () => undefined);
}

/** The chain grows meanwhile: it is exported as long as it was at the beginning, so that no entry of it is missing in between. */
async function* entriesOf(database: Database, tenantId: string, filter: EntryFilter): AsyncGenerator<Entry> {
  const [head] = await inChain(database, tenantId, TIMEOUT_MS, (tx) => tx.query<{ seq: number }>(HEAD, [tenantId]));
  const through = head?.seq ?? 0;
  let after: After | null = null;
  for (;;) {
    const cut: Cut = { limit: PIECE, after, through };
    const rows: SelectedRow[] = await inChain(database, tenantId, TIMEOUT_MS, (tx) => listEntries(tx, tenantId, filter, cut));
    for (const row of rows) yield entryOf(row);
    const last = rows.at(-1);
    if (!last || rows.length < PIECE) return;
    after = { at: last.at.toISOString(), seq: last.seq };
  }
}

async function* linesOf(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

/** A row a spreadsheet can sort: what has members of its own stands as JSON. */
async function* rowsOf(entries: AsyncIterable<Entry>): AsyncGenerator<readonly (string | number | null)[]> {
  for await (const entry of entries) yield COLUMNS.map((name) => cellOf(entry, name));
}

const COLUMNS = [
  'seq', 'at', 'kind', 'status', 'code', 'executionId', 'correlationId', 'toolId', 'toolName', 'toolVersion', 'agent', 'sessionId', 'exceptionId',
  'requestedByType', 'requestedById', 'actorType', 'actorId', 'ip', 'approvalId', 'approvalDecision', 'approvalBy', 'approvalComment', 'attempts',
  'durationMs', 'tokensUsed', 'errorMessage', 'input', 'output', 'inputDigest', 'outputDigest', 'redactions', 'rules', 'change', 'prevHash', 'hash',
] as const;

function cellOf(entry: Entry, name: (typeof COLUMNS)[number]): string | number | null {
  switch (name) {
    case 'requestedByType':
      return entry.requestedBy?.type ?? null;
    case 'requestedById':
      return entry.requestedBy?.id ?? null;
    case 'actorType':
      return entry.actor?.type ?? null;
    case 'actorId':
      return entry.actor?.id ?? null;
    case 'approvalId':
      return entry.approval?.id ?? null;
    case 'approvalDecision':
      return entry.approval?.decision ?? null;
    case 'approvalBy':
      return entry.approval?.by ?? null;
    case 'approvalComment':
      return entry.approval?.comment ?? null;
    case 'errorMessage':
      return entry.error?.message ?? null;
    default: {
      const value = entry[name];
      return value === null || typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
    }
  }
}
