import { jsonWithoutNul, storableText } from './nul.js';
import { snakeCase } from './sql-names.js';

/** Column types a batch knows, and what may stand in a row for each. `null` and `undefined` are NULL everywhere. */
interface Values {
  text: string;
  uuid: string;
  int: number;
  bigint: number | bigint | string;
  float8: number;
  bool: boolean;
  timestamptz: Date | string;
  /** `2026-11-01`. */
  date: string;
  /** Written with JSON.stringify; U+0000 becomes U+2400. */
  json: unknown;
  jsonb: unknown;
  /** JSON that is text already. */
  rawJson: string;
  bytea: Buffer;
}
export type BatchType = keyof Values;
export type BatchColumns = Readonly<Record<string, BatchType>>;
export type BatchRow<Columns extends BatchColumns> = { readonly [Name in keyof Columns]?: Values[Columns[Name]] | null | undefined };

export interface Batch<Columns extends BatchColumns> {
  /** `unnest($1::text[], …) as row (tenant_id, …)`, for a FROM. */
  readonly source: string;
  /** `tenant_id, id, …`, in the order of the declaration. */
  readonly columns: string;
  /** Column name → SQL type. */
  readonly types: ReadonlyMap<string, string>;
  /** One parameter per column: an array literal. Same length of rows, one round trip, whatever the number of rows. */
  values(rows: readonly BatchRow<Columns>[]): string[];
}

const quoted = (text: string): string => {
  const escaped = text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  return `"${escaped.includes('"') ? escaped.replaceAll('"', '\\"') : escaped}"`;
};
const plain = (value: unknown): string => String(value);
const json = (value: unknown): string => quoted(jsonWithoutNul(JSON.stringify(value)));

/** Each gives an element of an array literal; the array is written here because pg would escape every number and id as well. */
const WRITERS: { readonly [Type in BatchType]: (value: Values[Type]) => string } = {
  text: (value) => quoted(storableText(value)),
  uuid: quoted,
  int: plain,
  bigint: plain,
  float8: plain,
  bool: (value) => (value ? 't' : 'f'),
  timestamptz: (value) => quoted(typeof value === 'string' ? value : value.toISOString()),
  date: plain,
  json,
  jsonb: json,
  rawJson: (value) => quoted(jsonWithoutNul(value)),
  bytea: (value) => `"\\\\x${value.toString('hex')}"`,
};

/**
 * Rows as one statement’s parameters. Rows enter every statement in key order, so that two batches never wait for each other in a ring.
 * @param columns camelCase name → type; the order is that of the parameters
 * @param first number of the first parameter, where others stand before the batch
 */
export function batchOf<const Columns extends BatchColumns>(columns: Columns, { first = 1 }: { readonly first?: number } = {}): Batch<Columns> {
  const entries = Object.entries(columns).map(([key, type]) => ({
    key,
    name: snakeCase(key),
    type: type === 'rawJson' ? 'json' : type,
    write: WRITERS[type] as (value: unknown) => string,
  }));
  const names = entries.map(({ name }) => name).join(', ');
  return {
    source: `unnest(${entries.map(({ type }, index) => `$${index + first}::${type}[]`).join(', ')}) as row (${names})`,
    columns: names,
    types: new Map(entries.map(({ name, type }) => [name, type])),
    values: (rows) =>
      entries.map(({ key, write }) => {
        let literal = '{';
        for (let index = 0; index < rows.length; index++) {
          if (index > 0) literal += ',';
          const value = rows[index]?.[key];
          literal += value === null || value === undefined ? 'NULL' : write(value);
        }
        return `${literal}}`;
      }),
  };
}
