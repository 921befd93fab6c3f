import type { LogRecord } from '../port/log-record.js';
import type { LogDatabase, Topic } from './database.js';

/** What one look at a partition brings at most. */
const MAX_RECORDS = 1_000;
const MAX_BYTES = 4 * 1_048_576;

/** At least one record, however large it is; then as many as fit. */
const READ = `
select "offset", floor(extract(epoch from appended_at) * 1000)::float8 as "appendedAt", key, value, headers
  from (select *, sum(bytes) over (order by "offset") as total
          from (select * from event_log.records where topic = $1 and partition = $2 and "offset" >= $3 order by "offset" limit ${MAX_RECORDS}) next) counted
 where total - bytes < ${MAX_BYTES}
 order by "offset"`;

interface Row {
  readonly offset: string;
  readonly appendedAt: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: string | null;
  readonly [column: string]: unknown;
}

const headersOf = (text: string | null): Record<string, Buffer | Buffer[]> => {
  const headers = Object.create(null) as Record<string, Buffer | Buffer[]>;
  if (text === null) return headers;
  for (const [name, value] of JSON.parse(text) as [string, string][]) {
    const before = headers[name];
    const bytes = Buffer.from(value, 'base64');
    if (before === undefined) headers[name] = bytes;
    else if (Array.isArray(before)) before.push(bytes);
    else headers[name] = [before, bytes];
  }
  return headers;
};

/** The records of a partition from an offset on: none where there are none yet. */
export const readRecords = async (database: LogDatabase, topic: Topic, partition: number, from: bigint): Promise<LogRecord[]> => {
  const rows = await database.query<Row>(READ, [topic.id, partition, String(from)]);
  return rows.map(({ offset, appendedAt, key, value, headers }) => ({
    topic: topic.name,
    partition,
    offset: BigInt(offset),
    appendedAt,
    key,
    value,
    headers: headersOf(headers),
  }));
};
