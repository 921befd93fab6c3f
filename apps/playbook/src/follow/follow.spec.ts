import { ToolExecutionCompleted, ToolExecutionRequested } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { EventLog, type LogRecord } from '@toolplane/messaging';
import { LogWatch } from '@toolplane/service-kit';
import { testPlaybook } from '../testing/test-playbook.js';
import { isWanted } from './follower.js';
import { OnToolExecutionCompleted } from './on-tool-execution-completed.js';

/** Which log it is and how far it reaches are the test's to say. */
const log = {
  clusterId: 'first', end: 1_000n, ping: () => Promise.resolve(), close: () => Promise.resolve(),
  endOffsets: (topics: readonly string[]) => Promise.resolve(topics.map((topic) => ({ topic, partition: 0, first: 0n, end: log.end }))),
};
const playbook = testPlaybook([{ provide: EventLog, useValue: log }]);

describe('the outcomes that are read', () => {
  const of = (value: string | null, offset: bigint): LogRecord => ({ topic: 't', partition: 0, offset, appendedAt: 0, key: null, value: value === null ? null : Buffer.from(value), headers: {} });

  it('are those that name a playbook, and one in a thousand, with which the stored position moves on', async () => {
    expect([of('{"actor":{"type":"playbook"}}', 1n), of('{"actor":{"type":"service"}}', 1n), of(null, 1n), of('{}', 0n), of('{}', 3_000n)].map(isWanted)).toEqual([true, false, false, true, true]);
    const foreign = { ...golden(ToolExecutionCompleted, { actor: { type: 'service', id: 's' } }), tenantid: 'demo' };
    await playbook.deliver(OnToolExecutionCompleted, [foreign, foreign]);
    expect(await playbook.database.query('select topic, next_offset::int as next from playbook.positions')).toEqual([{ topic: 'tool.execution.completed.v1', next: 2 }]);
  });
});

describe('an event log that was made anew', () => {
  it('is told of the calls that are running, by the very same events, and of nothing else', async () => {
    const [waiting, running, ended] = [await playbook.atCall(), await playbook.atCall(), await playbook.atCall()];
    for (const { id } of [running, ended]) await playbook.step(id, 'call', 'complete');
    const [sent] = await playbook.requests(running.id, 1);
    const [done] = await playbook.requests(ended.id, 1);
    await playbook.ended(ended, done?.data.executionId ?? '', { output: 1 });
    expect(await playbook.get(LogWatch).look()).toBe(0);
    playbook.publisher.clear();
    log.clusterId = 'second';
    expect(await playbook.get(LogWatch).look()).toBe(1);
    expect(playbook.published(ToolExecutionRequested)).toEqual([sent]);
    expect(await playbook.get(LogWatch).look()).toBe(0);
    await playbook.ended(running, sent?.data.executionId ?? '', { output: 1 });
    log.end = 0n;
    expect(await playbook.get(LogWatch).look()).toBe(0);
    expect((await playbook.run(waiting.id)).currentStep).toBe('call');
    // Nothing of a request is kept once its call has ended.
    expect(await playbook.database.query('select 1 from playbook.steps where request is not null')).toEqual([]);
  });
});
