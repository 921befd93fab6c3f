import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { connect, follow, openProducer, type Follower } from '../measure/kafka.js';
import type { System, TimedSystem } from '../measure/load.js';
import type { Ready } from './instance.js';
import { Requests } from './requests.js';
import { Tables } from './tables.js';

const REQUESTED = 'tool.execution.requested.v1';
const COMPLETED = 'tool.execution.completed.v1';
const FAILED = 'tool.execution.failed.v1';
const SETTLED_WITHIN_MS = 60_000;
const ENTRIES_AN_EXECUTION = 2;

export interface Verdict {
  /** Requests without Completed event, `succeeded` row or their two audit entries. */
  readonly lost: number;
  /** Executions with more than one terminal event, or more audit entries than two. */
  readonly duplicates: number;
  /** Records that came more than once with the same event id: delivery is at least once. */
  readonly repeatedRecords: number;
}

/** The product from outside: requests go into its topic, answers come from its topics, and its tables are counted. */
export class Product implements System, TimedSystem {
  private readonly terminalIds = new Map<string, string>();
  private readonly waiting = new Map<string, () => void>();
  private duplicates = 0;
  private repeatedRecords = 0;
  private entriesBefore = 0;

  private constructor(
    private readonly producer: Producer,
    private readonly tables: Tables,
    private readonly requests: Requests,
  ) {}

  private follower: Follower | undefined;

  static async connect({ brokers, databaseUrl }: Ready, requests = new Requests()): Promise<Product> {
    const kafka = connect(brokers, 'bench');
    const product = new Product(await openProducer(kafka), await Tables.open(databaseUrl), requests);
    product.follower = await follow(kafka, [COMPLETED, FAILED], (topic, key, value) =>
      product.answered(topic, key?.toString() ?? '', value),
    );
    product.entriesBefore = await product.tables.lastAuditSequence();
    return product;
  }

  async publish(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => ({ value: this.requests.next().value }));
    await this.producer.send({ topic: REQUESTED, messages });
  }

  completed(): number {
    return this.terminalIds.size;
  }

  async settled(): Promise<void> {
    for (const deadline = Date.now() + SETTLED_WITHIN_MS; Date.now() < deadline; await sleep(10)) {
      if ((await this.tables.lastAuditSequence()) - this.entriesBefore >= ENTRIES_AN_EXECUTION * this.requests.made) return;
    }
  }

  async request(): Promise<number> {
    const { value, executionId } = this.requests.next();
    const begun = performance.now();
    const answer = new Promise<void>((resolve) => this.waiting.set(executionId, resolve));
    await this.producer.send({ topic: REQUESTED, messages: [{ value }] });
    await answer;
    return performance.now() - begun;
  }

  /** From the topics and the tables, over everything this run has requested. */
  async verdict(): Promise<Verdict> {
    await this.settled();
    const ids = [...this.requests.executionIds()];
    const { succeeded, entries } = await this.tables.of(ids);
    const lost = ids.filter(
      (id) => !this.terminalIds.get(id)?.startsWith(COMPLETED) || !succeeded.has(id) || (entries.get(id) ?? 0) < ENTRIES_AN_EXECUTION,
    ).length;
    const twice = ids.filter((id) => (entries.get(id) ?? 0) > ENTRIES_AN_EXECUTION).length;
    return { lost, duplicates: this.duplicates + twice, repeatedRecords: this.repeatedRecords };
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.follower?.close(), this.tables.close()]);
  }

  private answered(topic: string, executionId: string, value: Buffer): void {
    const eventId = `${topic} ${/"id":"([^"]+)"/.exec(value.toString('utf8', 0, 200))?.[1] ?? ''}`;
    const before = this.terminalIds.get(executionId);
    if (before === eventId) this.repeatedRecords += 1;
    else if (before !== undefined) this.duplicates += 1;
    else this.terminalIds.set(executionId, eventId);
    this.waiting.get(executionId)?.();
    this.waiting.delete(executionId);
  }
}
