import { attemptsContract } from './testing/contract/attempts.contract.js';
import { codecsContract } from './testing/contract/codecs.contract.js';
import { deliveryContract } from './testing/contract/delivery.contract.js';
import { Fixture } from './testing/contract/fixture.js';
import { embeddedUnderTest, kafkaUnderTest, type LogUnderTest } from './testing/contract/log-under-test.js';
import { membershipContract } from './testing/contract/membership.contract.js';
import { outageContract } from './testing/contract/outage.contract.js';
import { poisonContract } from './testing/contract/poison.contract.js';
import { javaAndMavenFound } from './local/java-and-maven.js';

/** Both logs keep the same contract. Kafka is a real broker; where there is no Java it is skipped for all to see, but not by CI. */
const kafka = (await javaAndMavenFound()) || process.env['CI'] === 'true';

const LOGS: readonly (readonly [name: string, under: () => Promise<LogUnderTest>, runs: boolean])[] = [
  ['embedded', () => embeddedUnderTest(process.env['TOOLPLANE_TEST_POSTGRES'] ?? ''), true],
  ['kafka', kafkaUnderTest, kafka],
];

describe.each(LOGS)('the event log: %s', (name, under, runs) => {
  if (!runs) {
    it.skip('is not tried: there is no Java 17 with Maven here', () => undefined);
    return;
  }
  let fixture: Fixture;
  const get = (): Fixture => fixture;
  beforeAll(async () => {
    fixture = await Fixture.open(await under());
  }, 120_000);
  afterAll(async () => {
    await fixture?.close();
    await fixture?.under.close();
  }, 30_000);

  describe('delivery', () => deliveryContract(get));
  describe('poison', () => poisonContract(get));
  describe('attempts', () => attemptsContract(get));
  describe('groups and topics', () => membershipContract(get));
  if (name === 'kafka') describe('codecs', () => codecsContract(get));
  describe('outages', () => outageContract(get));
});
