import { ToolExecutionDecided, ToolExecutionRequested } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { EventLog } from '@toolplane/messaging';
import { LogWatch } from '@toolplane/service-kit';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionRequested } from '../decide/on-tool-execution-requested.js';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { ProjectionState } from '../projection/projection-state.js';
import { tenantChanged, toolChanged } from '../testing/sample.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';

/** Which log it is and how far it reaches are the test's to say. */
const log = { clusterId: 'first', end: 1_000n, ping: () => Promise.resolve(), close: () => Promise.resolve(),
  endOffsets: (topics: readonly string[]) => Promise.resolve(topics.map((topic) => ({ topic, partition: 0, first: 0n, end: log.end }))) };
const service = testService(ValidationModule, {
  definition: validationConfig, database: { service: 'validation', migrations: validationMigrations }, env: { APPROVAL_SWEEP_EVERY_MS: '600000' },
  fakes: [{ provide: EventLog, useValue: log }, { provide: ProjectionState, useValue: { isComplete: true, mustBeComplete: () => undefined } }],
});
const requested = (tool: string) => ({ ...golden(ToolExecutionRequested), id: newId(), data: { tool, payload: { text: 'hi' } } });
const told = () => service.published(ToolExecutionDecided);

describe('an event log that was made anew', () => {
  it('is told every decision that is kept and what became of its approval, marked, and nothing that is kept nowhere', async () => {
    await service.deliver(OnToolRegistryChanged, [
      tenantChanged('demo'), ...toolChanged({ id: newId(), name: 'plain' }), ...toolChanged({ id: newId(), name: 'dangerous', isDangerous: true }),
    ]);
    expect(await service.get(LogWatch).look()).toBe(0);
    await service.deliver(OnToolExecutionRequested, [requested('plain'), requested('dangerous'), requested('dangerous'), requested('dangerous')]);
    const [, waiting, given, old] = told();
    const as = { principal: { type: 'user' as const, id: 'bob' } };
    await service.http({ method: 'POST', url: `/api/approvals/${given?.data.approval?.id}/approve`, body: { comment: 'yes' }, as });
    await service.database.query(`update validation.decisions set created_at = now() - interval '8 days' where execution_id = $1`, [old?.data.executionId]);
    await eventually(() => expect(told()).toHaveLength(5));
    const before = told().map((event) => ({ ...event, data: { ...event.data, saidAgain: true } }));
    service.publisher.clear();

    log.clusterId = 'second';
    expect(await service.get(LogWatch).look()).toBe(3);
    const again = told();
    expect(again.map(({ data }) => data.executionId).sort()).toEqual([waiting, given, given].map((each) => each?.data.executionId).sort());
    expect(again.filter(({ data }) => data.executionId === given?.data.executionId).map(({ data }) => data.approval?.decision)).toEqual(['pending', 'approved']);
    for (const event of again) expect(before).toContainEqual(event);
    expect(await service.get(LogWatch).look()).toBe(0);
  });

  it('is recognised where it kept its name and ends below what was read', async () => {
    await service.deliver(OnToolExecutionRequested, [requested('dangerous')]);
    log.end = 0n;
    expect(await service.get(LogWatch).look()).toBe(4);
    expect(await service.get(LogWatch).look()).toBe(0);
  });
});
