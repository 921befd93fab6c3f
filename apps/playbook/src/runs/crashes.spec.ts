import type { CloudEvent } from '@toolplane/contracts/envelope';
import { DependencyDown, wireError } from '@toolplane/contracts/errors';
import { ToolExecutionCompleted, ToolExecutionFailed, type Outgoing, type ToolExecutionRequested } from '@toolplane/contracts/events';
import { deriveEventId, newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import type { EventLog } from '@toolplane/messaging';
import { Outbox, Positions, type Database, type Tx } from '@toolplane/persistence';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import type { Caller, ServiceClient } from '@toolplane/service-kit';
import { exceptionStore } from '../exceptions/exception.store.js';
import { Follower } from '../follow/follower.js';
import { playbookMigrations } from '../playbook.migrations.js';
import { playbookStore } from '../playbooks/playbook.store.js';
import { refund } from '../testing/test-playbook.js';
import { Calls } from './calls.js';
import { RunCommands, type PersonalTrigger, type Wish } from './run-commands.js';
import { runStore } from './run.store.js';

/**
 * The service is killed at every boundary of a run: before and after each commit, before and after each send, before and after a sent
 * request is taken out of the outbox. What a killed instance does from then on reaches nobody. A new one is made on the same database; the
 * person repeats what was not answered, under the same key, and the log delivers again what was not committed.
 */
class Killed extends DependencyDown {
  constructor() {
    super('this process');
  }
}

/** Counts boundaries, and kills at the one that was named. */
class Life {
  passed = 0;
  constructor(private readonly diesAt: number) {}

  boundary(): void {
    if (this.passed >= this.diesAt || ++this.passed >= this.diesAt) throw new Killed();
  }

  get over(): boolean {
    return this.passed >= this.diesAt;
  }
}

const CALLER: Caller = { tenantId: 'demo', principal: { type: 'user', id: 'ann' }, roles: ['operator'], agent: null, mayActFor: false, ip: '192.0.2.7', token: 'token' };
const SERVICES = { call: () => Promise.resolve({ status: 200, headers: {}, body: { toolName: 'echo', sensitive: { input: [], output: [] } } }) } as unknown as ServiceClient;
const LOG = { clusterId: 'test' } as EventLog;

/** One process: the real parts of the service, on doors that a kill closes. */
class Instance {
  readonly commands: RunCommands;
  readonly follower: Follower;
  private readonly database: Database;

  constructor(real: Database, private readonly life: Life, private readonly topic: Map<string, Outgoing<CloudEvent>[]>) {
    const door = <Result>(open: (work: (tx: Tx) => Promise<Result>) => Promise<Result>, work: (tx: Tx) => Promise<Result>): Promise<Result> => {
      if (life.over) return Promise.reject(new Killed());
      return open(async (tx) => {
        const result = await work(tx);
        life.boundary(); // before the commit: nothing of it is kept
        return result;
      }).then((result) => {
        life.boundary(); // after it: nobody hears of it
        return result;
      });
    };
    this.database = {
      service: real.service,
      workerUrl: real.workerUrl,
      asTenant: <Result>(tenantId: string, work: (tx: Tx) => Promise<Result>) => door<Result>((given) => real.asTenant(tenantId, given), work),
      asWorker: <Result>(work: (tx: Tx) => Promise<Result>) => door<Result>((given) => real.asWorker(given), work),
    } as unknown as Database;
    this.commands = new RunCommands(this.database, new Outbox(this.database), new Calls(SERVICES, null));
    this.follower = new Follower(this.database, new Positions(real), LOG);
  }

  /** What the relay does, once: select what is due, send it, take it out. */
  async relay(): Promise<void> {
    const due = await this.database.asWorker((tx) => tx.query<{ event: Outgoing<CloudEvent> }>('select event from playbook.outbox order by seq'));
    for (const { event } of due) {
      this.life.boundary();
      const topic = event.topic ?? '';
      this.topic.set(topic, [...(this.topic.get(topic) ?? []), event]);
      this.life.boundary();
      await this.database.asWorker((tx) => tx.query('delete from playbook.outbox where event_id = $1', [event.id]));
    }
  }
}

type Act = (instance: Instance, world: World) => Promise<unknown>;
interface World {
  readonly exceptionId: string;
  readonly playbook: string;
  runId: string;
  /** What lies on the topics. */
  readonly topic: Map<string, Outgoing<CloudEvent>[]>;
}
const REQUESTED = 'tool.execution.requested.v1.playbook';
const requestsOf = ({ topic }: World) => (topic.get(REQUESTED) ?? []) as Outgoing<ToolExecutionRequested>[];

const wish = (key: string, comment?: string): Wish => ({ caller: CALLER, request: { key, fingerprint: key }, comment, traceparent: '00-00000000000000000000000000000001-0000000000000001-01' });
const does = (trigger: PersonalTrigger): Act => (instance, { runId }) => instance.commands.move(runId, trigger, wish(`${runId} ${JSON.stringify(trigger)}`, 'seen'));
/** The outcome of the newest request, as `execution` would tell it; delivered until it was handled. */
const outcome = (succeeded: boolean): Act => (instance, world) => {
  const executionId = requestsOf(world).at(-1)?.data.executionId ?? '';
  const about = { executionId, actor: { type: 'playbook' as const, id: world.runId } };
  const error = { ...wireError('PROVIDER_FAILED'), errors: [] };
  const event = succeeded ? golden(ToolExecutionCompleted, { ...about, output: { paid: 12 }, outputRef: null }) : golden(ToolExecutionFailed, { ...about, error, output: null });
  const received = { ...event, id: deriveEventId('demo', executionId, 'terminal'), tenantid: 'demo', record: { topic: event.type, partition: 0, offset: 1n, appendedAt: 0 } };
  return instance.follower.follow([received]);
};
const sends: Act = (instance) => instance.relay();

const SCRIPT: readonly Act[] = [
  async (instance, world) => {
    world.runId = (await instance.commands.start(world.exceptionId, world.playbook, wish(`start ${world.exceptionId}`))).run.id;
  },
  does({ type: 'complete', step: 'look' }),
  does({ type: 'complete', step: 'ask', choice: 'yes' }),
  does({ type: 'complete', step: 'call' }), sends, outcome(false),
  does({ type: 'retry', step: 'call' }), sends, outcome(true),
  does({ type: 'complete', step: 'close' }),
];

describe('a run whose service is killed', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'playbook', migrations: playbookMigrations });
  });
  afterAll(() => db.close());

  /** Plays the script to its end, whatever dies on the way. */
  async function play(diesAt: number): Promise<{ readonly world: World; readonly boundaries: number }> {
    const by = CALLER.principal;
    const world = await db.database.asTenant('demo', async (tx): Promise<World> => {
      const content = { title: 't', description: '', severity: 'low' as const, source: null, attributes: { orderId: 'order-17' }, status: 'open' as const };
      const { id: exceptionId } = await exceptionStore.insert(tx, { tenantId: 'demo', id: newId(), createdBy: by }, content);
      const made = await playbookStore.insert(tx, { tenantId: 'demo', id: newId(), createdBy: by }, { ...refund, name: newId(), description: '' });
      return { exceptionId, playbook: made.id, runId: '', topic: new Map() };
    });
    let life = new Life(diesAt);
    let instance = new Instance(db.database, life, world.topic);
    for (const act of SCRIPT) {
      for (let tries = 0; ; tries++) {
        try {
          await act(instance, world);
          break;
        } catch (error) {
          if (!(error instanceof Killed) || tries > 1) throw error;
          life = new Life(Infinity);
          instance = new Instance(db.database, life, world.topic);
        }
      }
    }
    return { world, boundaries: life.passed };
  }

  /** The log of the steps, and what was asked of the tool, without what differs from run to run. */
  async function story({ runId, exceptionId, ...world }: World): Promise<unknown> {
    const run = await db.database.asTenant('demo', (tx) => runStore.one(tx, 'demo', runId));
    const iterations = await db.query(`select step_id, iteration, status, output, choice, comment from playbook.steps where run_id = '${runId}' order by 1, 2`);
    const timeline = await db.query(`select kind, step_id, comment, details from playbook.timeline where exception_id = '${exceptionId}' order by at, id`);
    const runs = await db.query(`select count(*)::int as n from playbook.runs where exception_id = '${exceptionId}'`);
    const distinct = new Map(requestsOf({ runId, exceptionId, ...world }).map((event) => [event.id, event.data.payload]));
    return { status: run?.status, iterations, timeline, runs, requests: [...distinct.values()] };
  }

  it('goes on from where it stood, at every boundary, and does nothing twice', async () => {
    const { world, boundaries } = await play(Infinity);
    const expected = await story(world);
    expect(expected).toMatchObject({ status: 'completed', requests: [{ order: 'order-17' }, { order: 'order-17' }] });
    expect(boundaries).toBeGreaterThan(35);
    for (let diesAt = 1; diesAt <= boundaries; diesAt++) {
      const { world: killed } = await play(diesAt);
      expect({ diesAt, story: await story(killed) }).toEqual({ diesAt, story: expected });
      // A request that was sent twice is the same one: its id and all that it says.
      const texts = requestsOf(killed).map((event) => JSON.stringify(event));
      expect({ diesAt, distinct: new Set(texts).size }).toEqual({ diesAt, distinct: 2 });
    }
  });
});
