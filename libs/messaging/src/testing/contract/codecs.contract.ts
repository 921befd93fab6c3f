import kafkajs from 'kafkajs';
import { STORED } from './stored-codecs.js';
import { eventually, numbersOf, report, type Fixture } from './fixture.js';

const CODECS = [['gzip', 1], ['snappy', 2], ['lz4', 3], ['zstd', 4]] as const;

/** Publishes as a foreign producer does: one record batch in the codec. */
const publishPacked = async (brokers: readonly string[], topic: string, codec: keyof typeof STORED, number: number, values: readonly string[]): Promise<void> => {
  const ours = kafkajs.CompressionCodecs[number as kafkajs.CompressionTypes.GZIP];
  kafkajs.CompressionCodecs[number as kafkajs.CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => Promise.resolve(STORED[codec](buffer)),
    decompress: () => Promise.reject(new Error('not here')),
  });
  const producer = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
    await producer.send({ topic, compression: number, messages: values.map((value) => ({ value })) });
  } finally {
    kafkajs.CompressionCodecs[number as kafkajs.CompressionTypes.GZIP] = ours;
    await producer.disconnect();
  }
};

/** Kafka alone: the embedded log has no codecs. */
export const codecsContract = (fixture: () => Fixture): void => {
  const brokersOf = (): readonly string[] => (fixture().config.kind === 'kafka' ? (fixture().config as { readonly brokers: readonly string[] }).brokers : []);

  it.each(CODECS)('reads what a foreign producer has packed with %s, between what is not packed', async (codec, number) => {
    const topic = await fixture().topic({ partitions: 1 });
    const { events } = fixture().collect(topic);
    await fixture().publisher.publish([report(0, undefined, topic)]);
    await publishPacked(brokersOf(), topic, codec, number, [1, 2, 3].map((n) => JSON.stringify(report(n))));
    await fixture().publisher.publish([report(4, undefined, topic)]);
    await eventually(() => expect(numbersOf(events)).toEqual([0, 1, 2, 3, 4]));
  });

  it('reads them also from a topic that somebody else made, where the broker leaves them packed', async () => {
    const topic = `contract.foreign.${process.pid}`;
    const admin = new kafkajs.Kafka({ brokers: [...brokersOf()], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries: [{ name: 'compression.type', value: 'producer' }] }], waitForLeaders: true });
    await admin.disconnect();
    const { events, consumer } = fixture().collect(topic);
    for (const [codec, number] of CODECS) await publishPacked(brokersOf(), topic, codec, number, [JSON.stringify(report(number))]);
    await eventually(() => expect(numbersOf(events)).toEqual([1, 2, 3, 4]));
    expect(consumer.health.alive).toBe(true);
  });
};
