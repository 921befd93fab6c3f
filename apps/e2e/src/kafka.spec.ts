import { spawnSync } from 'node:child_process';
import { Api } from './support/api.js';
import { emptyDataDir, Instance } from './support/instance.js';
import { PlainKafka } from './support/log.js';
import { FOLLOWED, type System } from './support/system.js';
import { describeApprovals } from './suites/approvals.js';
import { describeBadInput } from './suites/bad-input.js';
import { describeKcat } from './suites/kcat.js';
import { describeCanary } from './suites/canary.js';
import { describeKills } from './suites/kills.js';
import { describeLiveStream } from './suites/live-stream.js';
import { describePath } from './suites/path.js';
import { describePlaybook } from './suites/playbook.js';
import { describePolicies } from './suites/policies.js';
import { describeOutage, SCALED_BREAKER } from './suites/outage.js';
import { describeRunbook } from './suites/runbook.js';
import { describeRestart, describeStart } from './suites/start.js';
import { describeWipedLog } from './suites/wiped-log.js';

const found = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const runnable = found('java', '-version') && found('mvn', '-v');
// In CI the absence of Kafka is a failure; elsewhere it is a skip that can be seen.
const describeWithKafka = runnable || process.env.CI === 'true' ? describe : describe.skip;

describeWithKafka('Toolplane on a real Kafka', () => {
  const system = {} as System;
  const dataDir = emptyDataDir('kafka');
  const start = async (): Promise<void> => {
    const { instance, ready } = await Instance.start(
      { ...inherited(), EVENT_LOG: 'kafka', ...SCALED_BREAKER, CHECKPOINT_EVERY_MS: '2000' },
      dataDir,
    );
    Object.assign(system, { instance, ready, api: new Api(ready.url, instance.adminKey), log: await PlainKafka.follow(ready, FOLLOWED) });
  };
  beforeAll(start, 180_000);
  afterAll(async () => {
    await Promise.allSettled([system.log?.close(), system.api?.close()]);
    await system.instance?.destroy();
  }, 60_000);

  describeStart(system);
  describePath(system);
  describePlaybook(system, { kill: false });
  describeKcat(system, found('kcat', '-V'));
  describeRunbook(system, { runnable: found('curl', '-V') && found('jq', '-V'), kafka: found('kcat', '-V') });
  describePolicies(system);
  describeApprovals(system);
  describeCanary(system);
  describeLiveStream(system);
  describeOutage(system);
  describeBadInput(system);
  describeKills(system, {
    broker: true,
    requests: Number(process.env.E2E_REQUESTS ?? 1_000),
    perSecond: Number(process.env.E2E_PER_SECOND ?? 40),
  });
  describeWipedLog(system);
  describeRestart(system, start);
});

const inherited = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
