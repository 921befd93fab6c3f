import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Kafka, logLevel, type Consumer, type Producer } from 'kafkajs';
import { CLI, ROOT, type Instance, type Ready } from './instance.js';

export interface SeenEvent {
  readonly id: string;
  readonly type: string;
  readonly tenantid: string;
  readonly data: {
    readonly executionId: string;
    readonly kind?: string;
    readonly output?: unknown;
    readonly error?: { readonly code: string; readonly remedy: string } | null;
    readonly [name: string]: unknown;
  };
}

/** The event log from outside: what a plain client publishes and reads. */
export interface OutsideLog {
  publish(topic: string, values: readonly string[]): Promise<void>;
  /** What the followed topics have held since the beginning, by topic. */
  seen(topic: string): readonly SeenEvent[];
  close(): Promise<void>;
}

abstract class Collected {
  private readonly events = new Map<string, SeenEvent[]>();

  seen(topic: string): readonly SeenEvent[] {
    return this.events.get(topic) ?? [];
  }

  protected collect(topic: string, value: string): void {
    const list = this.events.get(topic) ?? [];
    this.events.set(topic, list);
    try {
      list.push(JSON.parse(value) as SeenEvent);
    } catch {
      list.push({ id: '', type: 'not JSON', tenantid: '', data: { executionId: '' } });
    }
  }
}

/** With kafkajs and nothing of ours. */
export class PlainKafka extends Collected implements OutsideLog {
  private sending: Promise<void> = Promise.resolve();

  private constructor(
    private readonly producer: Producer,
    private readonly consumer: Consumer,
  ) {
    super();
  }

  static async follow({ brokers }: Ready, topics: readonly string[]): Promise<PlainKafka> {
    const kafka = new Kafka({
      brokers: [...brokers],
      clientId: 'e2e',
      logLevel: logLevel.NOTHING,
      retry: { retries: 1000, maxRetryTime: 1000 },
    });
    const log = new PlainKafka(
      kafka.producer({ allowAutoTopicCreation: false }),
      kafka.consumer({ groupId: `e2e-${randomUUID()}`, allowAutoTopicCreation: false }),
    );
    await log.producer.connect();
    await log.consumer.connect();
    await log.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await log.consumer.run({
      eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        for (const { value, offset } of batch.messages) {
          log.collect(batch.topic, value?.toString() ?? '');
          resolveOffset(offset);
        }
        await heartbeat();
      },
    });
    return log;
  }

  /** One send after the other, and again until it is acknowledged: a request may come twice, but none is lost on its way in. */
  publish(topic: string, values: readonly string[]): Promise<void> {
    const messages = values.map((value) => ({ value }));
    const sent = this.sending.then(async () => void (await this.producer.send({ topic, messages, acks: -1, timeout: 5_000 })));
    this.sending = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.consumer.disconnect()]);
  }
}

/** With the commands that do what kcat does, for the log that no Kafka client reaches. */
export class CommandLine extends Collected implements OutsideLog {
  private readonly tails: ChildProcess[] = [];
  private readonly publishers = new Map<string, ChildProcess>();

  private constructor(private readonly env: Readonly<Record<string, string>>) {
    super();
  }

  static follow({ dataDir, env }: Instance, topics: readonly string[]): CommandLine {
    const log = new CommandLine({ ...env, TOOLPLANE_DATA_DIR: dataDir });
    for (const topic of topics) {
      const tail = log.run('tail', '--from-beginning', topic);
      if (tail.stdout) createInterface({ input: tail.stdout }).on('line', (line) => log.collect(topic, line));
      log.tails.push(tail);
    }
    return log;
  }

  /** One publishing process a topic, for as long as the suite lasts: a line is published as it comes. */
  async publish(topic: string, values: readonly string[]): Promise<void> {
    const publisher = this.publishers.get(topic) ?? this.run('publish', '-', '--topic', topic);
    this.publishers.set(topic, publisher);
    const text = values.map((value) => `${value}\n`).join('');
    await new Promise<void>((resolve, reject) => publisher.stdin?.write(text, (error) => (error ? reject(error) : resolve())));
  }

  async close(): Promise<void> {
    const ended = [...this.tails, ...this.publishers.values()].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const publisher of this.publishers.values()) publisher.stdin?.end();
    for (const tail of this.tails) tail.kill('SIGTERM');
    await Promise.all(ended);
  }

  private run(...args: string[]): ChildProcess {
    return spawn(process.execPath, [CLI, ...args], { cwd: ROOT, env: this.env, stdio: ['pipe', 'pipe', 'ignore'] });
  }
}
