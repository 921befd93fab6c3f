import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin, type KafkaConfig as KafkaJsConfig } from 'kafkajs';
import type { KafkaConfig } from '@toolplane/config';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import { Sockets } from './sockets.js';
import './fetch-response.js';
import './produce-request.js';

export const EVENT_LOG = 'the event log';
/** Neither gives up, and the wait stays short: after an outage of any length everybody is back within a second or two. */
export const PATIENT = { retries: 1_000, initialRetryTime: 100, maxRetryTime: 1_000 } as const;
/** Somebody waits for the answer. */
const IMPATIENT = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 } as const;
const ANSWER_WITHIN_MS = 10_000;
const ASK_AGAIN_AFTER_MS = 100;
/** A topic that was just made is known everywhere by then; one that is not does not exist. */
const KNOWN_WITHIN_MS = 2_000;

/** kafkajs’ way to say that the broker has answered with an error. */
export const protocolError = (error: unknown): string | undefined => {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { type } = at as { type?: unknown };
    if (typeof type === 'string') return type;
  }
  return undefined;
};

export interface Client {
  readonly kafka: Kafka;
  readonly sockets: Sockets;
}

/** How this process speaks to the brokers. Every reader and producer gets a client of its own: they share no state inside kafkajs. */
export class Connection {
  private admin: { readonly ready: Promise<Admin>; readonly sockets: Sockets } | undefined;
  private cluster = '';
  private closed = false;

  constructor(
    private readonly config: Omit<KafkaConfig, 'kind'>,
    private readonly clientId: string,
    readonly logger: Logger,
  ) {}

  get clusterId(): string {
    return this.cluster;
  }

  client(retry: KafkaJsConfig['retry'] & object): Client {
    const { brokers, sasl, tls } = this.config;
    const sockets = new Sockets();
    const kafka = new Kafka({
      clientId: this.clientId,
      // Nowhere to connect to is the one answer at which kafkajs stops trying.
      brokers: () => (sockets.isClosed ? [] : [...brokers]),
      ...(sasl ? { sasl: { mechanism: 'scram-sha-512', ...sasl } } : {}),
      ...(tls ? { ssl: tls.caFile === undefined ? true : { ca: readFileSync(tls.caFile, 'utf8') } } : {}),
      retry,
      connectionTimeout: 3_000,
      requestTimeout: ANSWER_WITHIN_MS,
      socketFactory: sockets.factory,
      // Its errors are one line a retry and connection. We tell when contact is lost and when it is back; the rest is for debugging.
      logLevel: logLevel.INFO,
      logCreator: () => ({ namespace, log: { message, error } }) =>
        this.logger.debug({ part: namespace, ...(error === undefined ? {} : { reason: String(error) }) }, message),
    });
    return { kafka, sockets };
  }

  /**
   * Asks the cluster something. Answers that mean “not yet” are asked for again: a topic that was just made, a broker that has just
   * started. Other errors that it answers come as they are; where it does not answer, `DependencyDown`.
   */
  async ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    for (const begunAt = performance.now(); ; await sleep(ASK_AGAIN_AFTER_MS)) {
      try {
        return await this.askOnce(question);
      } catch (error) {
        const type = protocolError(error);
        if (type === undefined || !(error as { retriable?: boolean }).retriable) throw error;
        if (performance.now() - begunAt > (type === 'UNKNOWN_TOPIC_OR_PARTITION' ? KNOWN_WITHIN_MS : ANSWER_WITHIN_MS)) throw new DependencyDown(EVENT_LOG, error);
      }
    }
  }

  /** Asks which cluster this is. Another one may stand behind the same addresses after an outage. */
  async identify(): Promise<string> {
    const { clusterId } = await this.ask((admin) => admin.describeCluster());
    if (this.cluster !== '' && this.cluster !== clusterId)
      this.logger.warn({ before: this.cluster, now: clusterId }, 'another Kafka cluster stands behind the same addresses');
    this.cluster = clusterId;
    return clusterId;
  }

  close(): void {
    this.closed = true;
    this.forgetAdmin();
  }

  private async askOnce<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    if (this.closed) throw new DependencyDown(EVENT_LOG, new Error('it was closed'));
    let late: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
    });
    this.admin ??= this.connectAdmin();
    try {
      return await Promise.race([this.admin.ready.then(question), deadline]);
    } catch (error) {
      if (protocolError(error) !== undefined) throw error;
      this.forgetAdmin();
      throw new DependencyDown(EVENT_LOG, error);
    } finally {
      clearTimeout(late);
    }
  }

  private connectAdmin(): NonNullable<Connection['admin']> {
    const { kafka, sockets } = this.client(IMPATIENT);
    const admin = kafka.admin();
    const ready = admin.connect().then(() => admin);
    ready.catch(() => undefined);
    return { ready, sockets };
  }

  private forgetAdmin(): void {
    const admin = this.admin;
    this.admin = undefined;
    admin?.ready.then((client) => client.disconnect()).catch(() => undefined).finally(() => admin.sockets.close());
  }
}
