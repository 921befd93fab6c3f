import { ToolExecutionRequested } from '../events/tool-execution-requested.js';
import { EVENTS, TOPICS, ToolExecutionCompleted, ToolExecutionFailed, dataSchemaOf, topicSettings, type EventDefinition, type TopicDefinition } from '../events/index.js';
import { MAX_ATTRIBUTE_LENGTH } from '../envelope/caps.js';
import { inWords } from './markdown.js';
import type { Examples } from './events-page.js';

type Json = Readonly<Record<string, unknown>>;

const ref = (path: string): Json => ({ $ref: `#/${path}` });
const text = (description: string, rest: Json = {}): Json => ({ type: 'string', description, ...rest });

const envelope = (definition: EventDefinition): Json => ({
  type: 'object',
  description: definition.when,
  required: ['specversion', 'id', 'source', 'type', 'tenantid', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: text('The same over every redelivery: dedupe on it.', { minLength: 1, maxLength: MAX_ATTRIBUTE_LENGTH }),
    source: text('`/toolplane/<service>`; of a request its sender’s own.', { minLength: 1, maxLength: MAX_ATTRIBUTE_LENGTH }),
    type: { const: definition.type },
    time: text('Of the transition.', { format: 'date-time' }),
    subject: text('The execution id, else the object.'),
    datacontenttype: { const: 'application/json' },
    dataschema: text('Type and version of data.', { examples: [dataSchemaOf(definition)] }),
    tenantid: text('The tenant; `*` where the object belongs to none.', { pattern: '^([a-z0-9][a-z0-9-]{0,62}|\\*)$' }),
    traceparent: text('W3C trace context.'),
    causationid: text('Id of the event that caused this one.'),
    data: definition.data,
  },
});

const message = (definition: EventDefinition, example: unknown): Json => ({
  name: definition.type,
  title: definition.type,
  summary: definition.when,
  contentType: 'application/cloudevents+json',
  tags: [{ name: definition.audience }],
  ...(definition.audience === 'public' && {
    headers: {
      type: 'object',
      properties: { ce_type: { const: definition.type }, ce_tenantid: text('For filters that do not parse.') },
    },
  }),
  payload: envelope(definition),
  bindings: { kafka: { key: { type: 'string', description: definition.producer === 'upstream' ? 'Free.' : `By ${definition.key}.` }, bindingVersion: '0.5.0' } },
  ...(example === undefined ? {} : { examples: [{ name: definition.type, payload: example }] }),
});

const settingsOf = (topic: TopicDefinition): Json => {
  const { 'cleanup.policy': cleanup = '', 'retention.ms': retention, 'max.message.bytes': bytes } = topicSettings(topic);
  return { 'cleanup.policy': cleanup.split(','), 'retention.ms': Number(retention), 'max.message.bytes': Number(bytes) };
};

/** A topic's name as a key that references may point at. */
const keyOf = (topic: string): string => topic.replaceAll(/[^A-Za-z0-9]+/g, '_');

const channel = (topic: TopicDefinition): Json => ({
  address: topic.name,
  description: `${topic.producers.join(', ')} → ${topic.consumers.join(', ')}. Kept ${topic.compacted ? 'by key' : inWords(topic.retentionMs)}.`,
  tags: [{ name: topic.audience }],
  messages: Object.fromEntries(
    topic.events.length > 0
      ? topic.events.map(({ type }) => [type, ref(`components/messages/${type}`)])
      : [['DeadLetter', ref('components/messages/DeadLetter')]],
  ),
  bindings: { kafka: { topic: topic.name, partitions: topic.partitions, topicConfiguration: settingsOf(topic), bindingVersion: '0.5.0' } },
});

const ingressChannel = (address: string, description: string, events: readonly EventDefinition[]): Json => ({
  address,
  description,
  tags: [{ name: 'public' }],
  parameters: { ingress: { description: 'Name of the ingress in ingress.json.' } },
  messages: Object.fromEntries(events.map(({ type }) => [type, ref(`components/messages/${type}`)])),
});

const DEAD_LETTER: Json = {
  name: 'DeadLetter',
  title: 'DeadLetter',
  summary: 'A record that could not be handled, kept whole: the original bytes, its own headers and why it was parked.',
  contentType: 'application/octet-stream',
  tags: [{ name: 'public' }],
  headers: {
    type: 'object',
    required: ['toolplane-reason', 'toolplane-code', 'toolplane-topic', 'toolplane-partition', 'toolplane-offset'],
    properties: {
      'toolplane-reason': text('What is wrong with it.'),
      'toolplane-code': text('A code of the error catalogue.'),
      'toolplane-topic': text('Where it lay.'),
      'toolplane-partition': text('Where it lay.'),
      'toolplane-offset': text('Where it lay.'),
    },
  },
  payload: { type: 'string', format: 'binary', description: 'The original bytes.' },
};

const operation = (action: 'send' | 'receive', topic: string, summary: string): Json => ({
  action,
  channel: ref(`channels/${keyOf(topic)}`),
  summary,
  bindings: { kafka: { bindingVersion: '0.5.0' } },
});

/** Operations as an upstream sees them are the document's point; the internal ones show who speaks to whom. */
const operations = (): Json =>
  Object.fromEntries(
    TOPICS.flatMap((topic) => [
      ...topic.producers.map((who) => [`${keyOf(who)}_send_${keyOf(topic.name)}`, operation('send', topic.name, `${who} writes ${topic.name}.`)]),
      ...topic.consumers.map((who) => [`${keyOf(who)}_receive_${keyOf(topic.name)}`, operation('receive', topic.name, `${who} reads ${topic.name}.`)]),
    ]),
  );

/** The AsyncAPI 3 document of every topic and event. Pure: whoever serves or writes it hands the examples in. */
export const asyncApi = (version: string, examples: Examples = new Map()): Json => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Toolplane',
    version,
    description: 'Events of Toolplane: CloudEvents 1.0 on Kafka. Channels tagged public are promised to users, the others are internal.',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/cloudevents+json',
  channels: {
    ...Object.fromEntries(TOPICS.map((topic) => [keyOf(topic.name), channel(topic)])),
    tool_execution_requested_v1_ingress: ingressChannel('tool.execution.requested.v1.{ingress}', 'Requests of one upstream.', [ToolExecutionRequested]),
    tool_execution_answered_v1_ingress: ingressChannel('tool.execution.answered.v1.{ingress}', 'Copies of the answers for one upstream.', [
      ToolExecutionCompleted,
      ToolExecutionFailed,
    ]),
  },
  operations: operations(),
  components: {
    messages: {
      ...Object.fromEntries(EVENTS.map((definition) => [definition.type, message(definition, examples.get(definition.type))])),
      DeadLetter: DEAD_LETTER,
    },
  },
});
