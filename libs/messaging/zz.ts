import pg from "pg";
import { EmbeddedEventLog } from "./src/embedded/embedded-event-log.js";
import { CoalescingPublisher } from './src/publisher/coalescing-publisher.js';
import { consumerOf } from './src/consumer/consumer-of.js';
import { createLogger } from '@toolplane/observability';
import { TOPICS, ToolInvocationReported, createEvent } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
const t = performance.now(); const p = (...s: unknown[]) => console.log(Math.round(performance.now() - t), ...s);
const adm = new pg.Client(process.env.PGURL); await adm.connect(); await adm.query("drop database if exists zz"); await adm.query("create database zz"); await adm.end();
p('kafka');
const logger = createLogger({ service: 'x', level: (process.env.L ?? 'info') as never });
const log = new EmbeddedEventLog({ url: process.env.PGURL!.replace(/[^/]*$/, "zz"), clientId: "x", logger });
await log.ensureTopics(TOPICS); p('topics', log.clusterId);
const publisher = new CoalescingPublisher(log);
const ev = (n: number) => createEvent(ToolInvocationReported, { tenantId: 'demo', id: newId(), subject: newId(), source: 'provider-dummy', time: new Date(), data: { executionId: newId(), attempt: 1, status: 'succeeded', output: { n, text: 'x'.repeat(500) } } });
await publisher.publish([ev(1)]); p('published');
let got = 0; let first = 0;
const consumer = consumerOf({ definition: ToolInvocationReported, topics: [ToolInvocationReported.topic] }, async (events) => { if (!got) first = performance.now(); got += events.length; }, { log, publisher, service: 'test', logger });
consumer.start();
await consumer.caughtUp(new AbortController().signal); p('caught up', got, consumer.health);
for (let round = 0; round < 5; round++) {
  const events = Array.from({ length: 20000 }, (_, n) => ev(n));
  const target = got + events.length;
  const c0 = process.cpuUsage(); const t0 = performance.now();
  const calls = []; for (let i = 0; i < events.length; i += 200) calls.push(publisher.publish(events.slice(i, i + 200)));
  await Promise.all(calls); const t1 = performance.now(); const c1 = process.cpuUsage(c0);
  while (got < target) await new Promise((r) => setTimeout(r, 5));
  p('publish/s', Math.round(20000 / (t1 - t0) * 1000), 'cpu us/event', ((c1.user + c1.system) / 20000).toFixed(1), 'all consumed after', Math.round(performance.now() - t0), 'ms');
}
// latency
const lat: number[] = [];
for (let i = 0; i < 100; i++) { const target = got + 1; const t0 = performance.now(); await publisher.publish([ev(1)]); const a = performance.now() - t0; while (got < target) await new Promise(setImmediate); lat.push(performance.now() - t0); await new Promise((r) => setTimeout(r, 10)); }
lat.sort((a, b) => a - b); p('latency p50', lat[50]!.toFixed(2), 'p95', lat[95]!.toFixed(2));
const t9 = performance.now(); await consumer.close(); p('close took', Math.round(performance.now() - t9));
p(await log.groupPositions('toolplane.test.ToolInvocationReported', [ToolInvocationReported.topic]), await log.endOffsets([ToolInvocationReported.topic]));
await log.close();  p('end');
