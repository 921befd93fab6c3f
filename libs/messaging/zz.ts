import { kafkaUnderTest } from './src/testing/contract/log-under-test.js';
import { Fixture, report, numbersOf, eventually } from './src/testing/contract/fixture.js';
import kafkajs from 'kafkajs';
const under = await kafkaUnderTest(); const f = await Fixture.open(under);
const t0 = performance.now(); const p = (...a: unknown[]) => console.log(Math.round(performance.now() - t0), ...a);
const which = process.argv[2];
const topic = await f.topic({ partitions: 1 });
const { events, consumer } = f.collect(topic);
const letters = f.deadLettersOf(topic);
await f.publisher.publish([report(1, undefined, topic)]);
await eventually(() => { if (events.length < 1) throw new Error('x'); }); p('first');
const producer = new kafkajs.Kafka({ brokers: [...(f.config as any).brokers], logLevel: 0 }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
if (which === 'headers') { const n = Number(process.argv[3]); const headers: Record<string, string> = {}; for (let i = 0; i < n; i++) headers['h' + i.toString(36)] = ''; await producer.send({ topic, messages: [{ value: 'x', headers }] }); }
if (which === 'same') { const n = Number(process.argv[3]); await producer.send({ topic, messages: [{ value: 'x', headers: { a: Array.from({ length: n }, () => '') } }] }); }
if (which === 'empty') { const n = Number(process.argv[3]); 
  const access = (await import('./src/kafka/cluster-access.js')).clusterOf(new kafkajs.Kafka({ brokers: [...(f.config as any).brokers], logLevel: 0 }));
  await access.connect(); await access.addTargetTopic(topic); await access.refreshMetadata(); const b = await access.findBroker({ nodeId: '1' });
  await b.produce({ topicData: [{ topic, partitions: [{ partition: 0, messages: Array.from({ length: n }, () => ({ value: null })) }] }], acks: -1, timeout: 5000 } as never); await access.disconnect(); }
p('poison sent');
let lag = 0; let last = performance.now(); const h = setInterval(() => { lag = Math.max(lag, performance.now() - last); last = performance.now(); }, 10);
await f.publisher.publish([report(2, undefined, topic)]);
try { await eventually(() => { if (!numbersOf(events).includes(2)) throw new Error('x'); }, 40000); p('good after poison arrived'); } catch { p('STUCK', consumer.health); }
p('letters', letters.length, letters[0]?.code, 'max loop lag', Math.round(lag));
clearInterval(h); await producer.disconnect(); await f.close(); await under.close(); process.exit(0);
