import { startLocalKafka } from '@toolplane/messaging/local';
import { KafkaEventLog } from './src/kafka/kafka-event-log.js';
import { CoalescingPublisher } from './src/publisher/coalescing-publisher.js';
import { consumerOf } from './src/consumer/consumer-of.js';
import { createLogger } from '@toolplane/observability';
import { TOPICS, ToolInvocationReported, createEvent } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
const t = performance.now(); const p = (...s: unknown[]) => console.log(Math.round(performance.now() - t), ...s);
const k = await startLocalKafka({ dataDir: '/tmp/mk2' });
const logger = createLogger({ service: 'x', level: 'info' });
const log = new KafkaEventLog({ config: { brokers: k.brokers }, clientId: 'x', logger });
await log.ensureTopics(TOPICS);
const publisher = new CoalescingPublisher(log);
const ev = (n: number) => createEvent(ToolInvocationReported, { tenantId: 'demo', id: newId(), subject: newId(), source: 'provider-dummy', time: new Date(), data: { executionId: newId(), attempt: 1, status: 'succeeded', output: { n, text: 'x'.repeat(500) } } });
const N = 40000, B = Number(process.argv[2] ?? 200);
const made = Array.from({ length: N }, (_, n) => ev(n));
const cpu = async (name: string, work: () => Promise<void>) => { const c0 = process.cpuUsage(); const t0 = performance.now(); await work(); const c1 = process.cpuUsage(c0); const w = performance.now() - t0; p(name, Math.round(N / w * 1000) + '/s', 'cpu us/event', ((c1.user + c1.system) / N).toFixed(1)); };
for (let r = 0; r < 4; r++) {
  await cpu('publish', async () => { const calls = []; for (let i = 0; i < N; i += B) { calls.push(publisher.publish(made.slice(i, i + B))); if (calls.length % 20 === 0) await calls[calls.length - 10]; } await Promise.all(calls); });
}
for (let r = 0; r < 4; r++) {
  let got = 0; let consumer!: ReturnType<typeof consumerOf>;
  await cpu('consume x4', async () => {
    await new Promise<void>((resolve) => { consumer = consumerOf({ definition: ToolInvocationReported, topics: [ToolInvocationReported.topic] }, async (events) => { got += events.length; if (got >= 4 * N) resolve(); }, { log, publisher, service: 'r' + newId(), logger }); consumer.start(); });
  });
  await consumer.close();
}
await log.close(); await k.stop(); p('end', (await import('node:fs')).readFileSync('/proc/loadavg', 'utf8').trim());
