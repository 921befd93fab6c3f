import path from 'node:path';
import { Api } from './support/api.js';
import { emptyDataDir, Instance } from './support/instance.js';
import { Issuer } from './support/issuer.js';
import { CommandLine } from './support/log.js';
import { FOLLOWED, type System } from './support/system.js';
import { describeApprovals } from './suites/approvals.js';
import { describeBadInput } from './suites/bad-input.js';
import { describeCanary } from './suites/canary.js';
import { describeDefinitions } from './suites/definitions.js';
import { describeIdentity } from './suites/identity.js';
import { describeIsolation } from './suites/isolation.js';
import { describeKills } from './suites/kills.js';
import { describePath } from './suites/path.js';
import { describePlaybook } from './suites/playbook.js';
import { describeRestart, describeStart } from './suites/start.js';

describe('Toolplane on the embedded log, with nothing but Node on the PATH', () => {
  const system = {} as System;
  const dataDir = emptyDataDir('embedded');
  let issuer: Issuer | undefined;
  const start = async (): Promise<void> => {
    issuer ??= await Issuer.make(dataDir);
    const { instance, ready } = await Instance.start(
      { PATH: path.dirname(process.execPath), HOME: process.env.HOME ?? '/', EVENT_LOG: 'embedded', ...issuer.env },
      dataDir,
    );
    Object.assign(system, { instance, ready, api: new Api(ready.url, instance.adminKey), log: CommandLine.follow(instance, FOLLOWED) });
  };
  beforeAll(start, 180_000);
  afterAll(async () => {
    await Promise.allSettled([system.log?.close(), system.api?.close()]);
    await system.instance?.destroy();
  }, 60_000);

  describeStart(system);
  describePath(system);
  describePlaybook(system, { kill: true });
  describeApprovals(system);
  describeCanary(system);
  describeBadInput(system);
  describeDefinitions(system);
  describeIsolation(system);
  describeIdentity(system, () => issuer as Issuer);
  describeKills(system, {
    broker: false,
    requests: Number(process.env.E2E_REQUESTS ?? 500),
    perSecond: Number(process.env.E2E_PER_SECOND ?? 20),
  });
  describeRestart(system, start);
});
