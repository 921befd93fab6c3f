import { ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionRequested, ToolInvocationDispatched, ToolInvocationReported } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { EventLog } from '@toolplane/messaging';
import { LogWatch } from '@toolplane/service-kit';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from '../dispatch/on-tool-execution-decided.js';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';
import { OnToolInvocationReported } from '../settle/on-tool-invocation-reported.js';

/** Which log it is and how far it reaches are the test's to say. */
const log = { clusterId: 'first', end: 1_000n, ping: () => Promise.resolve(), close: () => Promise.resolve(),
  /** What happens in the moment in which the log is asked. */
  meanwhile: (): Promise<void> => Promise.resolve(),
  endOffsets: async (topics: readonly string[]) => {
    const ranges = topics.map((topic) => ({ topic, partition: 0, first: 0n, end: log.end }));
    await log.meanwhile();
    return ranges;
  } };
const service = testService(ExecutionModule, {
  definition: executionConfig, database: { service: 'execution', migrations: executionMigrations }, fakes: [{ provide: EventLog, useValue: log }],
});

const decided = (executionId: string) => ({ ...golden(ToolExecutionDecided, { executionId, outcome: 'allowed' }), id: newId(), tenantid: 'demo' });
const reported = (executionId: string) => ({ ...golden(ToolInvocationReported, { executionId, attempt: 1, status: 'succeeded', output: {} }), id: newId(), tenantid: 'demo' });

describe('an event log that was made anew', () => {
  const [waiting, running, ended, old] = [newId(), newId(), newId(), newId()];
  const check = { toolId: newId(), toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: [], output: [] } };

  beforeAll(async () => {
    await service.http({ method: 'POST', url: '/internal/executions', body: { executionId: waiting, check, path: '/p', request: { payload: { text: 'hi' } } } });
    await service.deliver(OnToolExecutionDecided, [decided(running), decided(ended), decided(old)]);
    await service.deliver(OnToolInvocationReported, [reported(ended), reported(old)]);
    await service.database.query(`alter table execution.executions disable trigger executions_final`);
    await service.database.query(`update execution.executions set finished_at = now() - interval '8 days' where id = '${old}'`);
    await eventually(() => expect(service.published(ToolExecutionRequested)).toHaveLength(1));
  });
  const watch = () => service.get(LogWatch);

  it('is told what nobody has decided and how the last days ended, by the very same events, and no dispatch', async () => {
    expect(await watch().look()).toBe(0);
    const before = [...service.publisher.events];
    service.publisher.clear();
    log.clusterId = 'second';
    expect(await watch().look()).toBe(2);
    const again = service.publisher.events;
    expect(new Set(again.map(({ subject }) => subject))).toEqual(new Set([waiting, ended]));
    expect(service.published(ToolInvocationDispatched)).toEqual([]);
    const told = (events: typeof again, id: string) => events.find(({ subject, type }) => subject === id && type !== ToolInvocationDispatched.type);
    for (const id of [waiting, ended]) expect(JSON.parse(JSON.stringify(told(again, id)))).toEqual(JSON.parse(JSON.stringify(told(before, id))));
    expect(await watch().look()).toBe(0);
  });

  it('is not taken for one that has lost records because it grows while it is asked', async () => {
    const [position] = await service.database.query<{ next: string }>(`select next_offset as next from execution.positions where topic = '${ToolInvocationReported.topic}'`);
    log.end = BigInt(position?.next ?? 0);
    log.meanwhile = () => service.deliver(OnToolInvocationReported, [reported(newId())]);
    try {
      expect(await watch().look()).toBe(0);
    } finally {
      log.meanwhile = () => Promise.resolve();
      log.end = 1_000n;
    }
  });

  it('is recognised where it kept its name and ends below what was read', async () => {
    await service.deliver(OnToolInvocationReported, [reported(running)]);
    service.publisher.clear();
    log.end = 0n;
    expect(await watch().look()).toBe(3);
    expect(service.published(ToolExecutionCompleted).map(({ subject }) => subject)).toContain(running);
    expect(await watch().look()).toBe(0);
  });
});
