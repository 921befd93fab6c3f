import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import type { Ready } from './instance.js';

/** A secret that is looked for wherever it must not be. Its four encodings differ, and each holds the mark or one of its Base64 forms. */
export interface Canary {
  readonly mark: string;
  readonly plain: string;
  readonly base64: string;
  readonly url: string;
  readonly json: string;
}

export function newCanary(): Canary {
  const mark = `c4n4ry${randomBytes(8).toString('hex')}`;
  const plain = `${mark}+/ "ü"?`;
  return { mark, plain, base64: Buffer.from(plain).toString('base64'), url: encodeURIComponent(plain), json: JSON.stringify(plain).slice(1, -1) };
}

/** What a text holds that holds the secret, whole or cut off behind the mark, in whichever encoding and at whichever place. */
export function needlesOf({ mark, plain, base64, url, json }: Canary): readonly string[] {
  const bytes = Buffer.from(mark);
  const cores = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replaceAll('=', '');
    return text.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? text.length : -1);
  });
  return [...new Set([mark, plain, base64, url, json, bytes.toString('hex'), ...cores, ...cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'))])];
}

export const holds = (text: string, needles: readonly string[]): boolean => needles.some((needle) => text.includes(needle));

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly bytes: boolean;
}

const COLUMNS = `
  select c.table_schema as "schema", c.table_name as "table", c.column_name as "name", c.data_type = 'bytea' as "bytes"
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
   where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')
     and (c.data_type in ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'xml', 'name', 'ARRAY', 'USER-DEFINED'))
   order by 1, 2, c.ordinal_position`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Every column of every table that can hold it; of the embedded event log the topics instead. */
export async function findInTables({ databaseUrl }: Ready, needles: readonly string[]): Promise<readonly string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const columns = (await client.query<Column>(COLUMNS)).rows;
    const tables = [...new Set(columns.map(tableOf))];
    const found: string[] = [];
    for (const table of tables) found.push(...(await findInTable(client, table, columns.filter((column) => tableOf(column) === table), needles)));
    return [...new Set(found)].sort();
  } finally {
    await client.end();
  }
}

const tableOf = ({ schema, table }: Column): string => `${quoted(schema)}.${quoted(table)}`;
const RECORDS = '"event_log"."records"';

async function findInTable(client: Client, table: string, columns: readonly Column[], needles: readonly string[]): Promise<readonly string[]> {
  const tests = columns.map(({ name, bytes }) =>
    bytes
      ? `bool_or(exists (select from unnest($2::bytea[]) n where position(n in r.${quoted(name)}) > 0))`
      : `bool_or(exists (select from unnest($1::text[]) n where strpos(r.${quoted(name)}::text, n) > 0))`);
  const inTopics = table === RECORDS;
  const { rows } = await client.query<(string | boolean | null)[]>({
    // Both parameters have to be used.
    text: `select $1::text[] is null or $2::bytea[] is null, ${inTopics ? 't.name' : 'null'}, ${tests.join(', ')}
             from ${table} r ${inTopics ? 'join event_log.topics t on t.id = r.topic group by t.name' : ''}`,
    values: [needles, needles.map((needle) => Buffer.from(needle))],
    rowMode: 'array',
  });
  return rows.flatMap(([, topic, ...hits]) =>
    columns.flatMap(({ schema, table: name, name: column }, i) => (hits[i] === true ? [inTopics ? `topic ${String(topic)}` : `${schema}.${name}.${column}`] : [])));
}

/** Every record of every topic on Kafka, from the first one on. */
export async function findInTopics({ brokers }: Ready, needles: readonly string[]): Promise<readonly string[]> {
  if (brokers.length === 0) return [];
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'canary', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
  const open = new Map<string, bigint>();
  for (const topic of topics) {
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) if (high !== low) open.set(`${topic} ${partition}`, BigInt(high));
  }
  await admin.disconnect();
  const found = new Set<string>();
  const consumer = kafka.consumer({ groupId: `canary-${randomUUID()}`, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not read to the end: ${[...open.keys()].join(', ')}`)), 60_000);
    consumer
      .run({
        eachBatch: ({ batch }) => {
          for (const { key, value, headers } of batch.messages) {
            if (holds(`${String(key)} ${String(value)} ${JSON.stringify(headers, asText)}`, needles)) found.add(`topic ${batch.topic}`);
          }
          const end = open.get(`${batch.topic} ${batch.partition}`);
          if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) open.delete(`${batch.topic} ${batch.partition}`);
          if (open.size === 0) resolve(clearTimeout(timer));
          return Promise.resolve();
        },
      })
      .catch(reject);
    if (open.size === 0) resolve(clearTimeout(timer));
  });
  await consumer.disconnect();
  return [...found].sort();
}

const asText = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value ? Buffer.from(value.data as number[]).toString() : value;

/** Every file below a folder, by its path from there. */
export const findInFiles = (folder: string, needles: readonly string[]): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && holds(readFileSync(path.join(entry.parentPath, entry.name), 'utf8'), needles))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
