import { EVENTS, PROVIDERS, TOPICS, type EventDefinition, type TopicDefinition } from '../events/index.js';
import { generated, inWords, table } from './markdown.js';
import { schemaRows, type Shape } from './schema-rows.js';

/** Golden examples by event type. */
export type Examples = ReadonlyMap<string, unknown>;

const KEYS = { execution: 'execution id', tenant: 'tenant id', object: 'tenant and object' } as const;

/** Upstreams choose their keys: nothing hangs on the order of requests. */
const keyOf = ({ key, producer }: EventDefinition): string => (producer === 'upstream' ? 'the record key is its sender’s own' : `keyed by ${KEYS[key]}`);

const kept = ({ compacted, retentionMs, minCompactionLagMs }: TopicDefinition): string => {
  if (!compacted) return inWords(retentionMs);
  return `the last of each key ${inWords(retentionMs)}, everything for ${inWords(minCompactionLagMs)}`;
};

const topicsTable = (): string =>
  table(
    ['topic', 'event', 'written by', 'read by', 'partitions', 'kept', ''],
    TOPICS.map((topic) => [
      `\`${topic.name}\``,
      topic.events.map(({ type }) => `[${type}](#${type.toLowerCase()})`).join(', ') || 'original bytes',
      topic.producers.join(', '),
      topic.consumers.join(', '),
      String(topic.partitions),
      kept(topic),
      topic.audience,
    ]),
  );

const section = (definition: EventDefinition, example: unknown): string => {
  const topics = TOPICS.filter(({ events }) => events.includes(definition)).map(({ name }) => `\`${name}\``);
  const rows = schemaRows(definition.data as Shape).map(({ path, type, required, description }) => [
    `\`${path}\``,
    type,
    required ? 'yes' : '',
    description,
  ]);
  return `## ${definition.type}

${definition.when}

Version ${definition.version}, ${definition.audience}, ${keyOf(definition)}, on ${topics.join(', ')}.

${table(['member of `data`', 'type', 'always', ''], rows)}

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`
`;
};

/** `docs/events.md`: every topic and every event with its members and its example. */
export const eventsPage = (examples: Examples): string =>
  `${generated('Events', 'libs/contracts/src/events')}
Each event is a CloudEvent 1.0, written in structured mode; structured, binary and bare records are read. \`id\` is the same over every
redelivery: dedupe on it. Members that a reader does not know are to be ignored; optional members may be added within a major version,
anything else gets a new topic. Delivery is at least once; the events of one execution are in order within a topic, requests have no order.

| attribute | always | |
| --- | --- | --- |
| \`specversion\` | yes | \`1.0\` |
| \`id\` | yes | of a transition, the same each time it is told; of a request its sender’s own |
| \`source\` | yes | \`/toolplane/<service>\`; of a request its sender’s own |
| \`type\` | yes | as below |
| \`tenantid\` | yes | the tenant; \`*\` where the object belongs to none |
| \`time\` | ours | of the transition, RFC 3339, UTC |
| \`subject\` | ours | the execution id, else the object |
| \`datacontenttype\` | ours | \`application/json\` |
| \`dataschema\` | ours | \`urn:toolplane:event:<type>:<major>.<minor>\`; an unknown major version is parked |
| \`traceparent\` | | W3C trace context |
| \`causationid\` | | id of the event that caused this one |

Public topics carry the headers \`ce_type\` and \`ce_tenantid\`, for filters that do not parse; the others carry none.

## Topics

${topicsTable()}

Beside them, one pair per upstream in \`deploy/policies/ingress.json\`: \`tool.execution.requested.v1.<ingress>\` (ToolExecutionRequested) and,
where the entry names it, \`tool.execution.answered.v1.<ingress>\` with copies of the Completed and Failed events of its own requests.
A provider is one of ${PROVIDERS.map((provider) => `\`${provider}\``).join(', ')}.

${EVENTS.map((definition) => section(definition, examples.get(definition.type))).join('\n')}`;
