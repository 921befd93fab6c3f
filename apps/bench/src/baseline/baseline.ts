import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Producer } from 'kafkajs';
import { connect, follow, openProducer, type Follower } from '../measure/kafka.js';
import type { System, TimedSystem } from '../measure/load.js';
import type { Ready } from '../product/instance.js';
import { bareEvent } from './records.js';
import { ROLES, type Role, type RoleSettings } from './hop.js';
import { createTables } from './tables.js';
import { createTopics, HOPS, type Sizes } from './topics.js';

const SETTLED_WITHIN_MS = 60_000;

/** The same hops, records and rows with nothing but kafkajs and pg: what the machine can do. */
export class Baseline implements System, TimedSystem {
  private readonly children: ChildProcess[] = [];
  private readonly seen = new Set<string>();
  private readonly waiting = new Map<string, () => void>();
  private follower: Follower | undefined;
  private made = 0;

  private constructor(
    private readonly producer: Producer,
    private readonly client: Client,
    private readonly sizes: Sizes,
    private readonly payload: unknown,
  ) {}

  static async start(ready: Ready, sizes: Sizes, payload: unknown): Promise<Baseline> {
    const { brokers, databaseUrl } = ready;
    const kafka = connect(brokers, 'bench-driver');
    await createTopics(kafka);
    await createTables(databaseUrl);
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const baseline = new Baseline(await openProducer(kafka), client, sizes, payload);
    await Promise.all((Object.keys(ROLES) as Role[]).map((role) => baseline.fork({ role, brokers, databaseUrl, sizes })));
    baseline.follower = await follow(kafka, [HOPS.completed.topic], (_topic, key) => baseline.answered(key?.toString() ?? ''));
    return baseline;
  }

  async publish(count: number): Promise<void> {
    await this.producer.send({ topic: HOPS.requested.topic, messages: Array.from({ length: count }, () => this.next().message) });
  }

  completed(): number {
    return this.seen.size;
  }

  async settled(): Promise<void> {
    for (const deadline = Date.now() + SETTLED_WITHIN_MS; Date.now() < deadline; await sleep(10)) {
      const { rows } = await this.client.query<{ seq: string | null }>('select max(seq) as seq from bench_baseline.entries');
      if (Number(rows[0]?.seq ?? 0) >= 2 * this.made) return;
    }
    throw new Error('the baseline lost something');
  }

  async request(): Promise<number> {
    const { message, id } = this.next();
    const begun = performance.now();
    const answer = new Promise<void>((resolve) => this.waiting.set(id, resolve));
    await this.producer.send({ topic: HOPS.requested.topic, messages: [message] });
    await answer;
    return performance.now() - begun;
  }

  async stop(): Promise<void> {
    await Promise.all([this.follower?.close(), this.producer.disconnect(), this.client.end()]);
    await Promise.all(this.children.map((child) => new Promise((resolve) => (child.once('exit', resolve), child.kill('SIGTERM')))));
  }

  private next(): { readonly id: string; readonly message: ReturnType<typeof bareEvent> } {
    this.made += 1;
    const id = randomUUID();
    const { value = null } = bareEvent('requested', id, this.payload, this.sizes);
    return { id, message: { value } };
  }

  private answered(id: string): void {
    this.seen.add(id);
    this.waiting.get(id)?.();
    this.waiting.delete(id);
  }

  private async fork(settings: RoleSettings): Promise<void> {
    const child = fork(path.join(import.meta.dirname, 'process.js'), [JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--max-semi-space-size=64'],
    });
    this.children.push(child);
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${settings.role} of the baseline ended with ${code}`)));
    });
  }
}
