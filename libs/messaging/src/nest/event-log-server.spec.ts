import { randomBytes } from 'node:crypto';
import { Controller, Injectable, Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Received } from '@toolplane/contracts/envelope';
import { TOPICS, ToolExecutionCompleted, ToolInvocationReported, ToolRegistryChanged } from '@toolplane/contracts/events';
import { DependencyDown } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { Health, Logger, Metrics, createLogger } from '@toolplane/observability';
import type { DeadLetter } from '../dead-letter.js';
import { openEventLog } from '../open-event-log.js';
import type { EventLog } from '../port/event-log.js';
import { CoalescingPublisher } from '../publisher/coalescing-publisher.js';
import { Publisher } from '../publisher/publisher.js';
import { eventually } from '../testing/contract/fixture.js';
import { embeddedUnderTest, type LogUnderTest } from '../testing/contract/log-under-test.js';
import { EventLogServer } from './event-log-server.js';
import { Messaging, type MessagingOptions } from './messaging.module.js';
import { OnDeadLetters, OnEvents } from './on-events.js';

@Injectable()
class Notes {
  readonly lines: string[] = [];
  down = false;
}

@Controller()
class OnToolInvocationReported {
  constructor(private readonly notes: Notes) {}

  @OnEvents(ToolInvocationReported, { after: [ToolRegistryChanged] })
  async handle(events: readonly Received<ToolInvocationReported>[]): Promise<void> {
    await Promise.resolve();
    if (this.notes.down) throw new DependencyDown('a database');
    for (const { data, record } of events) {
      if (data.output === 'bad') throw new TypeError('a bug');
      this.notes.lines.push(`reported ${String(data.output)} on ${record.topic}`);
    }
  }
}

@Controller()
class OnToolRegistryChanged {
  constructor(private readonly notes: Notes) {}

  // A handler that needs no position says so by its type.
  @OnEvents(ToolRegistryChanged, { audience: 'everyone' })
  async handle(events: readonly ToolRegistryChanged[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 100));
    this.notes.lines.push(...events.map(({ data }) => `changed ${data.id}`));
  }
}

@Controller()
class OnParked {
  constructor(private readonly notes: Notes) {}

  @OnDeadLetters()
  handle(letters: readonly DeadLetter[]): Promise<void> {
    this.notes.lines.push(...letters.map(({ code, topic }) => `parked ${code} from ${topic}`));
    return Promise.resolve();
  }
}

@Controller()
class OnReportedAgain {
  @OnEvents(ToolInvocationReported)
  handle(): Promise<void> {
    return Promise.resolve();
  }
}

@Controller()
class OnNothingBefore {
  @OnEvents(ToolInvocationReported, { after: [ToolExecutionCompleted] })
  handle(): Promise<void> {
    return Promise.resolve();
  }
}

@Module({})
class Surroundings {
  static with(): DynamicModule {
    const provide = [
      { provide: Logger, useValue: createLogger({ service: 'spec', level: 'silent' }) },
      { provide: Metrics, useValue: new Metrics({ process: false }) },
      { provide: Health, useValue: new Health() },
    ];
    return { module: Surroundings, global: true, providers: provide, exports: [Logger, Metrics, Health] };
  }
}

describe('handlers of events in a Nest application', () => {
  let under: LogUnderTest;
  let log: EventLog;
  let publisher: CoalescingPublisher;
  const apps: INestMicroservice[] = [];

  beforeAll(async () => {
    under = await embeddedUnderTest(process.env['TOOLPLANE_TEST_POSTGRES'] ?? '');
    log = openEventLog(under.config);
    await log.ensureTopics(TOPICS);
    publisher = new CoalescingPublisher(log);
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await log.close();
    await under.close();
  });

  const start = async (controllers: DynamicModule['controllers'], options: Partial<MessagingOptions> = {}) => {
    const messaging = Messaging.with(under.config, { service: `spec-${randomBytes(4).toString('hex')}`, ...options });
    const module = await Test.createTestingModule({ imports: [Surroundings.with(), messaging], controllers: controllers ?? [], providers: [Notes] }).compile();
    const app = module.createNestMicroservice({ strategy: module.get(EventLogServer), logger: false });
    app.enableShutdownHooks([]);
    await app.listen();
    apps.push(app);
    return { app, notes: module.get(Notes), health: module.get(Health), metrics: module.get(Metrics), publisher: module.get(Publisher) };
  };
  const report = (output: string, topic?: string) => ({
    ...golden(ToolInvocationReported, { executionId: newId(), status: 'succeeded', output }), id: newId(), ...(topic ? { topic } : {}),
  });

  it('are called in the order that `after` asks for, with batches; what they throw is parked, and the parked are handed to theirs', async () => {
    await publisher.publish([report('first'), golden(ToolRegistryChanged)]);
    const { notes, health, metrics } = await start([OnToolInvocationReported, OnToolRegistryChanged, OnParked]);
    await eventually(() => expect(notes.lines).toHaveLength(2));
    expect(notes.lines.map((line) => line.split(' ')[0])).toEqual(['changed', 'reported']);
    await publisher.publish([report('bad')]);
    await eventually(() => expect(notes.lines.at(-1)).toBe('parked HANDLER_FAILED from tool.invocation.reported.v1'));
    const { checks, status } = await health.snapshot();
    expect(status).toBe('ok');
    expect(checks.map(({ name }) => name).sort()).toEqual(['consumer DeadLetter', 'consumer ToolInvocationReported', 'consumer ToolRegistryChanged']);
    const text = await metrics.text();
    expect(text).toContain('toolplane_events_parked_total{topic="tool.invocation.reported.v1",code="HANDLER_FAILED"} 1');
    expect(text).toContain('toolplane_event_batch_size_count{topic="tool.registry.changed.v1"} 1');
  });

  it('read the topics that stand for the base topic in this deployment', async () => {
    const like = TOPICS.find(({ name }) => name === ToolInvocationReported.topic);
    const names = ['spec.reported.a', 'spec.reported.b'];
    await log.ensureTopics(names.map((name) => ({ ...(like as NonNullable<typeof like>), name })));
    const { notes } = await start([OnToolInvocationReported, OnToolRegistryChanged], { topics: { [ToolInvocationReported.topic]: names } });
    await publisher.publish([report('one', 'spec.reported.a'), report('two', 'spec.reported.b'), report('elsewhere')]);
    const reported = (): string[] => notes.lines.filter((line) => line.startsWith('reported')).sort();
    await eventually(() => expect(reported()).toEqual(['reported one on spec.reported.a', 'reported two on spec.reported.b']));
  });

  it('that meet a dependency that is down are waited for', async () => {
    const { notes } = await start([OnToolInvocationReported, OnToolRegistryChanged, OnParked]);
    notes.down = true;
    await publisher.publish([report('patient')]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    notes.down = false;
    await eventually(() => expect(notes.lines.some((line) => line.startsWith('reported patient'))).toBe(true));
  });

  it('are refused where two take one event, or one is to wait for what nobody reads', async () => {
    await expect(start([OnToolInvocationReported, OnReportedAgain])).rejects.toThrow('two handlers');
    await expect(start([OnNothingBefore])).rejects.toThrow('ToolExecutionCompleted');
  });

  it('have ended when the application has, and the publisher after them', async () => {
    const { app, notes, publisher: own } = await start([OnToolRegistryChanged]);
    void own.publish([golden(ToolRegistryChanged)]);
    await app.close();
    const { length } = notes.lines;
    await publisher.publish([golden(ToolRegistryChanged)]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(notes.lines).toHaveLength(length);
    await expect(own.publish([golden(ToolRegistryChanged)])).rejects.toThrow(DependencyDown);
  });
});
