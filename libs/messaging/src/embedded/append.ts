import { randomInt } from 'node:crypto';
import type { NewHeaders, NewRecord, TopicRecords } from '../port/log-record.js';
import type { LogDatabase } from './database.js';
import type { Head } from './heads.js';

const APPEND = 'select topic, partition, next from event_log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)';

/** FNV-1a: spreads keys evenly, and the same in every process and release, or the order of a key would be lost. */
const hashOf = (key: Buffer): number => {
  let hash = 0x811c9dc5;
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

const bytesOf = (part: string | Buffer | null): Buffer | null => (typeof part === 'string' ? Buffer.from(part) : part);

/** `[[name, base64], …]`: a repeated header is there as often as it was. */
const headersText = (headers: NewHeaders): Buffer | null => {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly (string | Buffer)[]) : [value as string | Buffer]).map((one) => [name, Buffer.from(one).toString('base64')]),
  );
  return pairs.length === 0 ? null : Buffer.from(JSON.stringify(pairs));
};

/** Records with their partitions, as the function in the database wants them. */
class Content {
  private readonly slotOf = new Map<string, number>();
  private readonly slotTopics: number[] = [];
  private readonly slotPartitions: number[] = [];
  private readonly slotCounts: number[] = [];
  private readonly slots: number[] = [];
  private readonly ranks: number[] = [];
  private readonly starts: number[] = [];
  private readonly lengths: [number[], number[], number[]] = [[], [], []];
  private readonly parts: Buffer[] = [];
  private length = 0;

  add(topic: number, partitions: number, { key, value, headers }: NewRecord): void {
    const keyBytes = bytesOf(key);
    const partition = keyBytes ? hashOf(keyBytes) % partitions : randomInt(partitions);
    const name = `${topic} ${partition}`;
    let slot = this.slotOf.get(name);
    if (slot === undefined) {
      slot = this.slotTopics.push(topic);
      this.slotPartitions.push(partition);
      this.slotCounts.push(0);
      this.slotOf.set(name, slot);
    }
    const rank = this.slotCounts[slot - 1] ?? 0;
    this.slotCounts[slot - 1] = rank + 1;
    this.slots.push(slot);
    this.ranks.push(rank);
    this.starts.push(this.length + 1);
    for (const [at, part] of [keyBytes, bytesOf(value), headersText(headers)].entries()) {
      this.lengths[at]?.push(part ? part.length : -1);
      if (!part) continue;
      this.parts.push(part);
      this.length += part.length;
    }
  }

  values(): unknown[] {
    return [this.slotTopics, this.slotPartitions, this.slotCounts, this.slots, this.ranks, this.starts, ...this.lengths, Buffer.concat(this.parts, this.length)];
  }
}

/** Appends in one statement, which is a transaction of its own. @returns how far the partitions written to now reach */
export const append = async (database: LogDatabase, records: TopicRecords): Promise<Head[]> => {
  const topics = await database.topicsOf([...records.keys()]);
  const content = new Content();
  for (const { id, name, partitions } of topics) for (const record of records.get(name) ?? []) content.add(id, partitions, record);
  const heads = await database.query<{ topic: number; partition: number; next: string }>(APPEND, content.values());
  return heads.map(({ topic, partition, next }) => ({ topic, partition, next: BigInt(next) }));
};
