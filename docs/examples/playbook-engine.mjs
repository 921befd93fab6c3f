#!/usr/bin/env node
/**
 * What a playbook engine outside of Toolplane starts from: a run of three steps, each of which calls a tool, over HTTP or over Kafka.
 * It keeps a journal and may be killed at any moment: started again with the same --run it goes on where it stood, and no tool is called
 * twice. See docs/upstreams.md.
 *
 *   node docs/examples/playbook-engine.mjs --url http://127.0.0.1:8080 --key-file .data/admin-key --run case-9 [--brokers 127.0.0.1:19092]
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EventCaller, PayloadSealer, ToolplaneClient } from '@toolplane/client';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    'key-file': { type: 'string', default: '.data/admin-key' },
    tenant: { type: 'string', default: 'demo' },
    run: { type: 'string', default: 'case-9' },
    /** Where the results of steps are kept; nowhere if absent. */
    journal: { type: 'string' },
    /** With brokers the steps that say so go over Kafka. */
    brokers: { type: 'string' },
  },
});

/** The playbook: each step makes its call from what was done before. Identities are run and step: the same step is the same execution. */
const STEPS = [
  { id: 'look-up', over: 'http', call: () => ({ tool: 'echo', payload: { text: `order of ${options.run}` } }) },
  { id: 'refund', over: 'kafka', call: (done) => ({ tool: 'echo', payload: { text: `refund for ${done['look-up'].output.text}` } }) },
  { id: 'notify', over: 'http', call: () => ({ tool: 'always_fails', payload: {} }) },
];

const client = new ToolplaneClient({ baseUrl: options.url, apiKey: readFileSync(options['key-file'], 'utf8').trim() });
const events = options.brokers ? await overKafka(options.brokers.split(',')) : null;
const journal = openJournal(options.journal);

for (const { id, over, call } of STEPS) {
  if (journal.done[id]) continue;
  const caller = over === 'kafka' && events ? events.caller : client;
  const result = await caller.callTool({ ...call(journal.done), run: options.run, step: id, waitMs: 120_000 });
  if (result.status === 'pending') throw new Error(`${id} is not over yet: start again later, with the same --run`);
  if (result.status === 'refused') throw new Error(`${id} was refused: ${result.problem.code}, ${result.problem.remedy}`);
  // A failure is a result like any other: here the engine writes it down and goes on. With `effect: none` it might retry, as iteration 2.
  const { status, executionId } = result;
  journal.keep(id, status === 'succeeded' ? { status, executionId, output: result.output } : { status, executionId, code: result.error.code, effect: result.error.effect });
  console.log(JSON.stringify({ step: id, over: caller === client ? 'http' : 'kafka', ...journal.done[id] }));
}
await events?.close();

/** The engine's own producer and consumer: the client only hands over what is to be sent, and is handed what came. */
async function overKafka(brokers) {
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ brokers, clientId: 'example-engine', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const caller = await EventCaller.open({
    tenantId: options.tenant,
    source: '/example-engine',
    actor: { type: 'service', id: 'example-engine' },
    // With listed ingresses: topic and answerTopics of this upstream's entry in ingress.json.
    send: async ({ topic, ...message }) => void (await producer.send({ topic, acks: -1, messages: [message] })),
    subscribe: (topics, onRecord) => fromNowOn(kafka, topics, onRecord),
    sealer: new PayloadSealer(client, options.tenant),
    lookUp: (executionId) =>
      client.execution(executionId).catch((error) => {
        if (error.problem?.status === 404) return null;
        throw error;
      }),
  });
  return { caller, close: () => Promise.all([caller.close(), producer.disconnect()]) };
}

/** “From now on” is where the topics end before we join: a consumer that starts at “latest” would miss what comes while it joins. */
async function fromNowOn(kafka, topics, onRecord) {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await Promise.all(topics.map(async (topic) => ({ topic, partitions: await admin.fetchTopicOffsets(topic) })));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `example-engine-${randomUUID()}`, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ eachMessage: async ({ message: { value, headers } }) => onRecord({ value, headers }) });
  await joined;
  for (const { topic, partitions } of ends) for (const { partition, offset } of partitions) consumer.seek({ topic, partition, offset });
  return () => consumer.disconnect();
}

/** Results by step, written before the next step begins. */
function openJournal(file) {
  const done = file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const keep = (step, result) => {
    done[step] = result;
    if (!file) return;
    writeFileSync(`${file}.new`, JSON.stringify(done));
    renameSync(`${file}.new`, file);
  };
  return { done, keep };
}
