import type { IHeaders, Producer } from 'kafkajs';
import { DependencyDown, ToolplaneError, type ErrorCode } from '@toolplane/contracts/errors';
import type { TopicRecords } from '../port/log-record.js';
import { TopicMissing } from '../port/topic-missing.js';
import { EVENT_LOG, protocolError, type Connection } from './connection.js';
import { partitionOf } from './partitioner.js';
import type { Sockets } from './sockets.js';
import { partitionCounts } from './topics.js';

/** How long a send may take, reconnecting included, before its caller is told that the log is away. */
const SEND_WITHIN_MS = 15_000;
/** As long as a send may take: what nobody waits for any more is not to be tried again. */
const RETRY = { retries: SEND_WITHIN_MS / 500, initialRetryTime: 50, maxRetryTime: 500 } as const;
/** Answers that will be the same for these records, however often they are sent. */
const REFUSALS: ReadonlyMap<string, ErrorCode> = new Map([
  ['MESSAGE_TOO_LARGE', 'RECORD_TOO_LARGE'],
  ['RECORD_LIST_TOO_LARGE', 'RECORD_TOO_LARGE'],
  ['INVALID_RECORD', 'RECORD_MALFORMED'],
]);

interface Live {
  readonly producer: Promise<Producer>;
  readonly sockets: Sockets;
}

/**
 * An idempotent producer with one send in flight: kafkajs loses or mixes up sequence numbers where sends overlap. After any error it is
 * thrown away, with what it has begun, and the next send gets a new one.
 */
export class KafkaProducer {
  private live: Live | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private known: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly connection: Connection,
    private readonly sendWithinMs: number = SEND_WITHIN_MS,
  ) {}

  append(records: TopicRecords): Promise<void> {
    const sent = this.turn.then(() => this.send(records));
    this.turn = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    await this.turn;
    await this.discard();
  }

  private async send(records: TopicRecords): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`not acknowledged within ${this.sendWithinMs} ms`)), this.sendWithinMs);
    });
    try {
      await Promise.race([this.sendNow(records), deadline]);
    } catch (error) {
      this.known = new Map();
      void this.discard();
      throw refusalOf(error);
    } finally {
      clearTimeout(late);
    }
  }

  private async sendNow(records: TopicRecords): Promise<void> {
    await this.refuseMissing(records);
    this.live ??= this.connect();
    const producer = await this.live.producer;
    await producer.sendBatch({
      acks: -1,
      timeout: this.sendWithinMs,
      topicMessages: Array.from(records, ([topic, list]) => ({ topic, messages: list as { key: string; value: string; headers: IHeaders }[] })),
    });
  }

  /** kafkajs asks for a topic that does not exist until it gives up, and everything behind it waits. */
  private async refuseMissing(records: TopicRecords): Promise<void> {
    for (const topic of records.keys()) {
      if (this.known.has(topic)) continue;
      this.known = await partitionCounts(this.connection);
      if (!this.known.has(topic)) throw new TopicMissing(topic);
    }
  }

  private connect(): Live {
    const { kafka, sockets } = this.connection.client(RETRY);
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => partitionOf,
      retry: RETRY,
    });
    const connected = producer.connect().then(() => producer);
    connected.catch(() => undefined);
    return { producer: connected, sockets };
  }

  private async discard(): Promise<void> {
    const live = this.live;
    this.live = undefined;
    if (!live) return;
    live.sockets.close();
    await live.producer.then((producer) => producer.disconnect()).catch(() => undefined);
  }
}

const refusalOf = (error: unknown): Error => {
  if (error instanceof DependencyDown) return error;
  const type = protocolError(error);
  const code = REFUSALS.get(type ?? '');
  if (code !== undefined) return new ToolplaneError(code, { message: `The event log refused it: ${type}`, cause: error });
  if (type === undefined && isBug(error)) return error as Error;
  return new DependencyDown(EVENT_LOG, error);
};

/** A record that kafkajs cannot write at all: it would be the same at every try. */
const isBug = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof TypeError || at instanceof RangeError) return true;
  return false;
};
