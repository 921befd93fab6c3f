import type { EventDefinition } from './define-event.js';
import { ToolAuditRecorded } from './tool-audit-recorded.js';
import { ToolControlChanged } from './tool-control-changed.js';
import { ToolExecutionCompleted } from './tool-execution-completed.js';
import { ToolExecutionDecided } from './tool-execution-decided.js';
import { ToolExecutionFailed } from './tool-execution-failed.js';
import { ToolExecutionProgressed } from './tool-execution-progressed.js';
import { ToolExecutionRequested } from './tool-execution-requested.js';
import { ToolInvocationDispatched } from './tool-invocation-dispatched.js';
import { ToolInvocationReported } from './tool-invocation-reported.js';
import { ToolProviderHealthChanged } from './tool-provider-health-changed.js';
import { ToolRegistryChanged } from './tool-registry-changed.js';

/** The kinds of worker. Each has a dispatch topic of its own, so that access is granted per worker. */
export const PROVIDERS = ['http', 'dummy', 'builtin', 'mcp'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Everyone who speaks to the event log. `upstream` is whoever the operator lets in. */
export type Principal = 'upstream' | 'gateway' | 'registry' | 'validation' | 'execution' | 'audit' | 'playbook' | `provider-${Provider}`;

/** A topic as it is created: before any client connects, never by one. */
export interface TopicDefinition {
  readonly name: string;
  /** The event types on it; empty where it carries original bytes. */
  readonly events: readonly EventDefinition[];
  readonly producers: readonly Principal[];
  readonly consumers: readonly Principal[];
  readonly audience: 'public' | 'internal';
  /** Fixed for the life of a v1 topic: another count would move keys to other partitions. */
  readonly partitions: number;
  /** How long a record is kept, in milliseconds; null for ever (compacted topics). */
  readonly retentionMs: number | null;
  /** Whether the last record of a key is kept and older ones may go. */
  readonly compacted: boolean;
  /** With compacted: no record goes before it is this old, in milliseconds. */
  readonly minCompactionLagMs: number;
  readonly maxMessageBytes: number;
}

const DAY = 86_400_000;
const MIB = 1_048_576;
const WORKERS = PROVIDERS.map((provider) => `provider-${provider}` as const);
const SERVICES: readonly Principal[] = ['registry', 'validation', 'execution', 'audit', 'playbook'];

export const DEAD_LETTER_TOPIC = 'tool.dead-letter.v1';
/** Where the workers of one provider are handed their attempts. */
export const dispatchedTopic = (provider: string): string => `tool.invocation.dispatched.${provider}.v1`;
/** An ingress: the open one, or that of one upstream or service. */
export const requestedTopic = (ingress?: string): string =>
  ingress === undefined ? ToolExecutionRequested.topic : `${ToolExecutionRequested.topic}.${ingress}`;
/** Copies of the answers for one upstream. */
export const answeredTopic = (ingress: string): string => `tool.execution.answered.v1.${ingress}`;

type Varying = Pick<TopicDefinition, 'producers' | 'consumers'> & Partial<Omit<TopicDefinition, 'name' | 'events'>>;

// Two partitions: one to four are faster than eight on a small machine, and two already let a second member take part.
const topic = (name: string, events: readonly EventDefinition[], varying: Varying): TopicDefinition =>
  Object.freeze({
    name,
    events,
    audience: events[0]?.audience ?? 'public',
    partitions: 2,
    retentionMs: 7 * DAY,
    compacted: false,
    minCompactionLagMs: 0,
    maxMessageBytes: MIB,
    ...varying,
  });

const ingress = (name: string | undefined, producers: readonly Principal[]): TopicDefinition =>
  topic(requestedTopic(name), [ToolExecutionRequested], { producers, consumers: ['validation'] });

// A single partition where a reader needs the whole: one order, one end to have read to.
const compacted = { partitions: 1, retentionMs: null, compacted: true } as const;

/** Every topic that exists in each deployment. Those of the operator's upstreams come from `ingressTopics`. */
export const TOPICS: readonly TopicDefinition[] = Object.freeze([
  ingress(undefined, ['upstream']),
  ingress('execution', ['execution']),
  ingress('playbook', ['playbook']),
  // Room for a payload that is too large beside a definition: it is decided, too, and says so.
  topic(ToolExecutionDecided.topic, [ToolExecutionDecided], { producers: ['validation'], consumers: ['execution', 'audit'], maxMessageBytes: 2 * MIB }),
  // Longer than any pause of a worker; its memory needs two minutes of it.
  ...PROVIDERS.map((provider) =>
    topic(dispatchedTopic(provider), [ToolInvocationDispatched], { producers: ['execution'], consumers: [`provider-${provider}`], retentionMs: 3 * DAY }),
  ),
  // Four times the largest output: escapes can make its JSON longer than what was counted.
  topic(ToolInvocationReported.topic, [ToolInvocationReported], { producers: WORKERS, consumers: ['execution'], maxMessageBytes: 4 * MIB }),
  topic(ToolExecutionProgressed.topic, [ToolExecutionProgressed], { producers: ['execution'], consumers: ['audit'] }),
  topic(ToolExecutionCompleted.topic, [ToolExecutionCompleted], {
    producers: ['execution'], consumers: ['upstream', 'gateway', 'validation', 'audit', 'playbook'], maxMessageBytes: 4 * MIB,
  }),
  topic(ToolExecutionFailed.topic, [ToolExecutionFailed], {
    producers: ['execution'], consumers: ['upstream', 'gateway', 'validation', 'audit', 'playbook'], maxMessageBytes: 4 * MIB,
  }),
  topic(ToolAuditRecorded.topic, [ToolAuditRecorded], { producers: ['audit'], consumers: ['upstream', 'gateway'], maxMessageBytes: 4 * MIB }),
  // Not compacted before a week has passed, so that the audit misses no change.
  topic(ToolRegistryChanged.topic, [ToolRegistryChanged], {
    producers: ['registry'], consumers: ['validation', 'audit'], ...compacted, minCompactionLagMs: 7 * DAY,
  }),
  topic(ToolControlChanged.topic, [ToolControlChanged], {
    producers: ['registry'], consumers: ['validation', 'execution', ...WORKERS, 'audit'], ...compacted, minCompactionLagMs: 7 * DAY,
  }),
  // Aged out as well: workers come and go, and the key includes the worker.
  topic(ToolProviderHealthChanged.topic, [ToolProviderHealthChanged], {
    producers: WORKERS, consumers: ['registry', ...WORKERS, 'audit'], ...compacted, minCompactionLagMs: DAY, retentionMs: 7 * DAY,
  }),
  // Room for the largest record there is and the headers that parking adds; kept until somebody has looked.
  topic(DEAD_LETTER_TOPIC, [], {
    producers: [...SERVICES, 'gateway', ...WORKERS], consumers: ['execution', 'audit'], partitions: 1, retentionMs: 30 * DAY, maxMessageBytes: 5 * MIB,
  }),
]);

/** The topics of the operator's upstreams, from the entries of `ingress.json`. */
export const ingressTopics = (entries: readonly { readonly topic: string; readonly answerTopic?: string | undefined }[]): TopicDefinition[] =>
  entries.flatMap(({ topic: name, answerTopic }) => [
    topic(name, [ToolExecutionRequested], { producers: ['upstream'], consumers: ['validation'] }),
    ...(answerTopic === undefined
      ? []
      : [topic(answerTopic, [ToolExecutionCompleted, ToolExecutionFailed], { producers: ['execution'], consumers: ['upstream'], maxMessageBytes: 4 * MIB })]),
  ]);

/** A topic's settings as the broker names them. */
export const topicSettings = ({ compacted: compact, retentionMs, minCompactionLagMs, maxMessageBytes }: TopicDefinition): Record<string, string> => ({
  'cleanup.policy': compact ? (retentionMs === null ? 'compact' : 'compact,delete') : 'delete',
  'retention.ms': String(retentionMs ?? -1),
  // The broker unpacks what foreign clients compress: kafkajs reads none of their codecs but gzip.
  'compression.type': 'uncompressed',
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': String(maxMessageBytes),
  ...(compact ? { 'min.compaction.lag.ms': String(minCompactionLagMs) } : {}),
});
