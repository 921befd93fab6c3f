import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { CloudEvent, Received } from '@toolplane/contracts/envelope';
import { Positions, positionsTable } from './positions.js';
import { testDatabase, type TestDatabase } from './testing/index.js';

let db: TestDatabase;
let positions: Positions;
beforeAll(async () => {
  db = await testDatabase({ service: 'example', migrations: [{ id: '20261120T2140-create-positions', up: positionsTable('example') }] });
  positions = new Positions(db.database);
});
afterAll(() => db.close());

const at = (topic: string, partition: number, offset: bigint): Received =>
  ({ record: { topic, partition, offset, appendedAt: 0 } }) as Received<CloudEvent>;
const advance = (clusterId: string, ...events: Received[]) => db.database.asWorker((tx) => positions.advance(tx, events, clusterId));
const all = () => db.database.asWorker((tx) => positions.all(tx));

it('stand after the last event of each partition, never go back in one cluster, and begin anew in another', async () => {
  await advance('one', at('b', 0, 4n), at('a', 1, 9n), at('a', 1, 7n), at('a', 0, 2n ** 60n));
  expect(await all()).toEqual([
    { clusterId: 'one', topic: 'a', partition: 0, nextOffset: 2n ** 60n + 1n },
    { clusterId: 'one', topic: 'a', partition: 1, nextOffset: 10n },
    { clusterId: 'one', topic: 'b', partition: 0, nextOffset: 5n },
  ]);
  await advance('one', at('b', 0, 1n));
  await advance('two', at('a', 1, 0n));
  await advance('two');
  expect((await all()).map(({ clusterId, nextOffset }) => `${clusterId} ${nextOffset}`)).toEqual([`one ${2n ** 60n + 1n}`, 'two 1', 'one 5']);
});
