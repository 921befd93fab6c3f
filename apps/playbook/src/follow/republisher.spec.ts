import { LogWatch } from '@toolplane/service-kit';
import { ToolExecutionRequested } from '@toolplane/contracts/events';
import { EventLog } from '@toolplane/messaging';
import { PassedOver } from './passed-over.js';
import { testPlaybook } from '../testing/test-playbook.js';

/** Which log it is and how far it reaches are the test's to say. */
const log = {
  clusterId: 'first', end: 1_000n, ping: () => Promise.resolve(), close: () => Promise.resolve(),
  groupPositions: (group: string, topics: readonly string[]) => Promise.resolve(topics.map((topic) => ({ topic, partition: 0, next: group === 'toolplane.playbook.ToolExecutionFailed' ? 800n : 700n }))),
  endOffsets: (topics: readonly string[]) => Promise.resolve(topics.map((topic) => ({ topic, partition: 0, first: 0n, end: log.end }))),
};
const playbook = testPlaybook([{ provide: EventLog, useValue: log }]);

describe('what is passed over', () => {
  it('counts as read: a start does not go back to the last outcome that was a step’s', async () => {
    await playbook.get(PassedOver).keep();
    expect(await playbook.database.query('select topic, next_offset::int as next from playbook.positions order by 1')).toEqual([
      { topic: 'tool.execution.completed.v1', next: 700 }, { topic: 'tool.execution.failed.v1', next: 800 },
    ]);
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
