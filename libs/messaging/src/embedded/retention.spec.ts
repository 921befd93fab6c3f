import { Client } from 'pg';
import type { EmbeddedConfig } from '@toolplane/config';
import { TOPICS } from '@toolplane/contracts/events';
import { createLogger } from '@toolplane/observability';
import { openEventLog } from '../open-event-log.js';
import type { EventLog } from '../port/event-log.js';
import { embeddedUnderTest, type LogUnderTest } from '../testing/contract/log-under-test.js';
import { LogDatabase } from './database.js';
import { enforceRetention } from './retention.js';

const DAY = 86_400_000;
const like = TOPICS[0] as (typeof TOPICS)[number];

describe('what the embedded log keeps', () => {
  let under: LogUnderTest;
  let log: EventLog;
  let database: LogDatabase;
  let admin: Client;

  beforeAll(async () => {
    under = await embeddedUnderTest(process.env['TOOLPLANE_TEST_POSTGRES'] ?? '');
    const { url } = under.config as EmbeddedConfig;
    log = openEventLog(under.config);
    database = new LogDatabase(url, 'spec', createLogger({ service: 'spec', level: 'silent' }));
    admin = new Client({ connectionString: url });
    await log.ensureTopics([
      { ...like, name: 'aged', partitions: 1, retentionMs: DAY, compacted: false },
      { ...like, name: 'kept', partitions: 1, retentionMs: null, compacted: true, minCompactionLagMs: DAY },
    ]);
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.close();
    await log.close();
    await under.close();
  });

  const append = (topic: string, ...keys: string[]): Promise<void> => log.append(new Map([[topic, keys.map((key) => ({ key, value: 'v', headers: {} }))]]));
  const age = (topic: string, below: number): Promise<unknown> =>
    admin.query(
      `update event_log.records r set appended_at = now() - interval '2 days' from event_log.topics t where t.id = r.topic and t.name = $1 and r."offset" < $2`,
      [topic, below],
    );
  const left = async (topic: string): Promise<string[]> => {
    const { rows } = await admin.query<{ key: Buffer; offset: string }>(
      `select r.key, r."offset" from event_log.records r join event_log.topics t on t.id = r.topic where t.name = $1 order by 2`,
      [topic],
    );
    return rows.map(({ key, offset }) => `${key.toString()}${offset}`);
  };

  it('is deleted by age, oldest first; offsets go on, and readers begin where something is', async () => {
    await append('aged', 'a', 'b', 'c');
    await age('aged', 2);
    await enforceRetention(database);
    expect(await left('aged')).toEqual(['c2']);
    expect(await log.endOffsets(['aged'])).toEqual([{ topic: 'aged', partition: 0, first: 2n, end: 3n }]);
    await age('aged', 3);
    await enforceRetention(database);
    expect(await log.endOffsets(['aged'])).toEqual([{ topic: 'aged', partition: 0, first: 3n, end: 3n }]);
    await append('aged', 'd');
    expect(await left('aged')).toEqual(['d3']);
  });

  it('is the last of each key, but nothing goes that its readers may not have seen yet', async () => {
    await append('kept', 'a', 'b', 'a', 'a');
    await age('kept', 2);
    await enforceRetention(database);
    expect(await left('kept')).toEqual(['b1', 'a2', 'a3']);
    await age('kept', 4);
    await enforceRetention(database);
    expect(await left('kept')).toEqual(['b1', 'a3']);
  });
});
