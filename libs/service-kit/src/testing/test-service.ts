import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { loadConfig, type Definition, type Environment, type Settings } from '@toolplane/config';
import type { CloudEvent, Received } from '@toolplane/contracts/envelope';
import { eventByType, type EventDefinition, type EventOf } from '@toolplane/contracts/events';
import { EventLog, Publisher } from '@toolplane/messaging';
import { RecordingPublisher } from '@toolplane/messaging/testing';
import type { Entities, Migration } from '@toolplane/persistence';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import type { Caller } from '../auth/caller.js';
import { TOKEN_HEADER } from '../auth/internal-tokens.js';
import { createEdge } from '../http/edge.js';
import type { EdgeLimits } from '../http/fastify-adapter.js';
import type { ServiceModule } from '../lifecycle/open-service.js';
import { testEnvironment, testToken } from './test-environment.js';

export interface TestServiceOptions<D extends Definition> {
  /** The service's configuration; values come from {@link testEnvironment} and `env`. */
  readonly definition: D;
  /** Schema to make for it. Left out: the service has no database. */
  readonly database?: { readonly service: string; readonly migrations: readonly Migration[]; readonly entities?: Entities };
  /** A function, where values are known only when the tests start. */
  readonly env?: Environment | (() => Environment | Promise<Environment>);
  /** Fakes for what is outside: connector, secrets, clock, random. */
  readonly fakes?: readonly { readonly provide: Type | symbol | (abstract new (...args: never[]) => unknown); readonly useValue: unknown }[];
}

export interface TestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Who calls; a tenant-admin of `demo` if absent, nobody if null. */
  readonly as?: Partial<Omit<Caller, 'token'>> | null;
}

export interface TestAnswer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  readonly body: Body;
}

/** A handler of events. Its method is `handle`. */
export interface EventHandler {
  handle(events: readonly never[]): Promise<void>;
}

export interface TestService {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  readonly publisher: RecordingPublisher;
  /** Hands a batch to a handler, as a consumer would: one topic, one partition, growing offsets. */
  deliver(handler: Type<EventHandler>, events: readonly CloudEvent[]): Promise<void>;
  /** What was published of one type, in order. */
  published<D extends EventDefinition>(definition: D): readonly EventOf<D>[];
  http<Body = Record<string, unknown>>(request: TestRequest): Promise<TestAnswer<Body>>;
  /** A provider of the service. */
  get<Provider>(token: abstract new (...args: never[]) => Provider): Provider;
}

/**
 * A service under test: real Postgres, real HTTP edge, recording publisher, no broker. Call it in a `describe` or at the top of a spec:
 * it starts before the first test and stops after the last.
 */
export function testService<D extends Definition>(module: ServiceModule<Settings<D>>, options: TestServiceOptions<D>): TestService {
  let running: Running | undefined;
  const started = (): Running => {
    if (!running) throw new Error('the service under test is used before it started');
    return running;
  };
  let offset = 0n;

  beforeAll(async () => {
    running = await start(module, options);
  });
  afterAll(async () => {
    await running?.app.close();
    await running?.database?.close();
  });

  return {
    get app() {
      return started().app;
    },
    get database() {
      const { database } = started();
      if (!database) throw new Error('this service has no database');
      return database;
    },
    get publisher() {
      return started().publisher;
    },
    async deliver(handler, events) {
      const received = events.map((event): Received => {
        const topic = eventByType(event.type)?.topic ?? 'unknown';
        return { ...event, record: { topic, partition: 0, offset: offset++, appendedAt: Date.now() } };
      });
      await started().app.get(handler, { strict: false }).handle(received as never);
    },
    published: (definition) => started().publisher.published(definition),
    http: (request) => inject(started().app, request),
    get: (token) => started().app.get(token, { strict: false }),
  };
}

interface Running {
  readonly app: NestFastifyApplication;
  readonly publisher: RecordingPublisher;
  readonly database: TestDatabase | undefined;
}

async function start<D extends Definition>(module: ServiceModule<Settings<D>>, options: TestServiceOptions<D>): Promise<Running> {
  const { definition, env, fakes = [] } = options;
  const database = options.database && (await testDatabase(options.database));
  const roles = database && { DATABASE_API_URL: database.config.apiUrl, DATABASE_WORKER_URL: database.config.workerUrl };
  const config = loadConfig(definition, { ...testEnvironment(), ...roles, ...(typeof env === 'function' ? await env() : env) });
  const wired = module.with(config);
  const publisher = new RecordingPublisher();
  const building = Test.createTestingModule({ imports: [wired] })
    .overrideProvider(Publisher)
    .useValue(publisher)
    .overrideProvider(EventLog)
    .useValue({ clusterId: 'test', ping: () => Promise.resolve(), endOffsets: () => Promise.resolve([]), groupPositions: () => Promise.resolve([]), close: () => Promise.resolve() });
  for (const { provide, useValue } of fakes) building.overrideProvider(provide).useValue(useValue);
  const edge = createEdge(wired, (config as { readonly edge?: EdgeLimits }).edge);
  const app = (await building.compile()).createNestApplication<NestFastifyApplication>(edge.adapter, { bodyParser: false, logger: false });
  edge.prepare(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return { app, publisher, database };
}

async function inject<Body>(app: NestFastifyApplication, { method, url, body, headers, as = {} }: TestRequest): Promise<TestAnswer<Body>> {
  const token = as && { [TOKEN_HEADER]: await testToken(as) };
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await app.inject({ method, url, headers: { ...content, ...token, ...headers }, ...(body !== undefined && { payload: JSON.stringify(body) }) });
  const isJson = /[/+]json/.test(String(answer.headers['content-type']));
  return { status: answer.statusCode, headers: answer.headers, body: (isJson ? JSON.parse(answer.body) : answer.body) as Body };
}
