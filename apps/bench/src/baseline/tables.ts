import { Client, type Pool } from 'pg';
import type { BareEvent } from './records.js';

const ROWS_A_STATEMENT = 500;

const SCHEMA = `
  drop schema if exists bench_baseline cascade;
  create schema bench_baseline;
  create table bench_baseline.executions (
    tenant_id text not null, id uuid not null, status text not null, attempt int not null, tool_name text not null,
    input json, output json, decided json, created_at timestamptz not null default now(), finished_at timestamptz,
    primary key (tenant_id, id)
  );
  create table bench_baseline.entries (
    tenant_id text not null, seq bigint generated always as identity, execution_id uuid not null, kind text not null, entry json not null,
    at timestamptz not null default now(), primary key (tenant_id, seq)
  );
  create unique index on bench_baseline.entries (execution_id, kind);
  create table bench_baseline.positions (consumer text not null, topic text not null, partition int not null, next bigint not null, primary key (consumer, topic, partition));`;

export async function createTables(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(SCHEMA);
  await client.end();
}

const pieces = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / ROWS_A_STATEMENT) }, (_, i) => rows.slice(i * ROWS_A_STATEMENT, (i + 1) * ROWS_A_STATEMENT));

export interface Position {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: string;
}

export interface Write {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** One transaction for a batch, its position with it. */
export async function writeBatch(pool: Pool, writes: readonly Write[], { consumer, topic, partition, next }: Position): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    for (const { sql, values } of writes) await client.query({ name: `bench ${sql.length}`, text: sql, values: [...values] });
    await client.query({
      name: 'position',
      text: 'insert into bench_baseline.positions values ($1, $2, $3, $4) on conflict (consumer, topic, partition) do update set next = excluded.next',
      values: [consumer, topic, partition, next],
    });
    await client.query('commit');
  } finally {
    client.release();
  }
}

export const insertExecutions = (events: readonly BareEvent[]): Write[] =>
  pieces(events).map((rows) => ({
    sql: `insert into bench_baseline.executions (tenant_id, id, status, attempt, tool_name, input, decided)
          select 'demo', id, 'running', 1, 'echo', input, decided from unnest($1::uuid[], $2::json[], $3::json[]) as row (id, input, decided)
          on conflict do nothing`,
    values: [
      rows.map(({ subject }) => subject),
      rows.map(({ data }) => JSON.stringify(data.payload)),
      rows.map(({ data }) => JSON.stringify(data.pad)),
    ],
  }));

export const finishExecutions = (events: readonly BareEvent[]): Write[] =>
  pieces(events).map((rows) => ({
    sql: `update bench_baseline.executions e set status = 'succeeded', output = row.output, finished_at = now()
          from unnest($1::uuid[], $2::json[]) as row (id, output) where (e.tenant_id, e.id) = ('demo', row.id)`,
    values: [rows.map(({ subject }) => subject), rows.map(({ data }) => JSON.stringify(data.payload))],
  }));

export const insertEntries = (events: readonly BareEvent[], kind: 'decision' | 'outcome'): Write[] =>
  pieces(events).map((rows) => ({
    sql: `insert into bench_baseline.entries (tenant_id, execution_id, kind, entry)
          select 'demo', id, '${kind}', entry from unnest($1::uuid[], $2::json[]) as row (id, entry) on conflict do nothing`,
    values: [rows.map(({ subject }) => subject), rows.map(({ data }) => JSON.stringify(data))],
  }));
