import { canonical } from '@toolplane/security/chain';
import { batchOf, storable, storableText, type BatchColumns, type BatchRow } from '@toolplane/persistence';
import { entryContent, type Entry, type EntryContent } from './entry.js';
import { wholeRules, type WholeRules } from './whole-rules.js';

const COLUMNS = {
  tenantId: 'text', seq: 'bigint', at: 'timestamptz', kind: 'text', status: 'text', code: 'text', executionId: 'uuid', correlationId: 'text',
  toolId: 'text', toolName: 'text', agent: 'text', sessionId: 'text', exceptionId: 'text', requestedByType: 'text', requestedById: 'text',
  actorType: 'text', actorId: 'text', details: 'rawJson', prevHash: 'text', hash: 'text', month: 'date',
} as const satisfies BatchColumns;

/** Rows of `audit.entries`. */
export const entryBatch = batchOf(COLUMNS);
export type EntryRow = BatchRow<typeof COLUMNS>;

/** Members that nothing is filtered by: they lie together in `details`, and so do the rules. What says nothing is left out. */
const IN_DETAILS = [
  'approval', 'attempts', 'change', 'durationMs', 'error', 'input', 'inputDigest', 'ip', 'output', 'outputDigest', 'redactions', 'tokensUsed', 'toolVersion',
] as const satisfies readonly (keyof EntryContent)[];

/** Text of an entry's parts, each written once, for the column and for what is hashed alike. */
interface Texts {
  /** JSON of the column. */
  readonly details: string;
  /** Canonical texts by member. */
  readonly members: Readonly<Record<string, string>>;
}

/** Of a decision's rules those that did not pass are stored, beside the digest of their set, from which the whole is made again. */
function textsOf(content: EntryContent, whole: WholeRules | undefined): Texts {
  const members: Record<string, string> = {};
  let details = '';
  const store = (name: string, text: string): void => {
    details += `${details === '' ? '' : ','}"${name}":${text}`;
  };
  for (const name of IN_DETAILS) {
    const value = content[name];
    if (value === null || (name === 'redactions' && content.redactions.length === 0)) continue;
    const text = canonical(value);
    members[name] = text;
    store(name, text);
  }
  if (whole) {
    members['rules'] = whole.canonical;
    if (whole.ruleSet === null) store('rules', whole.canonical);
    else if (whole.travelled.length > 0) store('rules', whole.stored);
    if (whole.ruleSet !== null) store('ruleSet', canonical(whole.ruleSet));
  } else if (content.rules.length > 0) {
    members['rules'] = canonical(content.rules);
    store('rules', members['rules']);
  }
  return { details: `{${details}}`, members };
}

export interface StorableContent extends Texts {
  readonly content: EntryContent;
}

/** Content that its columns give back as it is, with its details as text: what is hashed is what will be read. */
export function storableContent(given: EntryContent, whole?: WholeRules): StorableContent {
  const texts = textsOf(given, whole);
  if (!texts.details.includes('\\u0000') && isStorable(given)) return { content: given, ...texts };
  const again = whole?.ruleSet ? wholeRules(whole.ruleSet, storable(whole.travelled)) : undefined;
  const content = withStorableText(storable(again ? { ...given, rules: [...again.rules] } : given));
  return { content, ...textsOf(content, again) };
}

const TEXTS = ['code', 'correlationId', 'toolId', 'toolName', 'agent', 'sessionId', 'exceptionId'] as const;
const isText = (text: string | null | undefined): boolean => text === null || text === undefined || storableText(text) === text;
const isStorable = (content: EntryContent): boolean =>
  TEXTS.every((name) => isText(content[name])) && isText(content.requestedBy?.id) && isText(content.actor?.id);
const withStorableText = (content: EntryContent): EntryContent => ({
  ...content,
  ...Object.fromEntries(TEXTS.map((name) => [name, content[name] === null ? null : storableText(content[name])])),
  requestedBy: content.requestedBy && { ...content.requestedBy, id: storableText(content.requestedBy.id) },
  actor: content.actor && { ...content.actor, id: storableText(content.actor.id) },
});

/** @param month of the partition it is stored in; no part of the entry */
export const rowOf = (tenantId: string, month: string, details: string, entry: Entry): EntryRow => ({
  tenantId,
  month,
  seq: entry.seq,
  at: entry.at,
  kind: entry.kind,
  status: entry.status,
  code: entry.code,
  executionId: entry.executionId,
  correlationId: entry.correlationId,
  toolId: entry.toolId,
  toolName: entry.toolName,
  agent: entry.agent,
  sessionId: entry.sessionId,
  exceptionId: entry.exceptionId,
  requestedByType: entry.requestedBy?.type,
  requestedById: entry.requestedBy?.id,
  actorType: entry.actor?.type,
  actorId: entry.actor?.id,
  details,
  prevHash: entry.prevHash,
  hash: entry.hash,
});

/** For a SELECT from `audit.entries e`. */
export const SELECTED = `
  e.tenant_id as "tenantId", e.seq, e.at, e.kind, e.status, e.code, e.execution_id as "executionId", e.correlation_id as "correlationId",
  e.tool_id as "toolId", e.tool_name as "toolName", e.agent, e.session_id as "sessionId", e.exception_id as "exceptionId",
  e.requested_by_type as "requestedByType", e.requested_by_id as "requestedById", e.actor_type as "actorType", e.actor_id as "actorId",
  e.details, e.prev_hash as "prevHash", e.hash`;

export type SelectedRow = Pick<
  Entry,
  'seq' | 'kind' | 'status' | 'code' | 'executionId' | 'correlationId' | 'toolId' | 'toolName' | 'agent' | 'sessionId' | 'exceptionId' | 'prevHash' | 'hash'
> & {
  readonly tenantId: string;
  readonly at: Date;
  readonly requestedByType: NonNullable<Entry['requestedBy']>['type'] | null;
  readonly requestedById: string | null;
  readonly actorType: NonNullable<Entry['actor']>['type'] | null;
  readonly actorId: string | null;
  readonly details: Partial<EntryContent> & { readonly ruleSet?: string };
};

/** The entry as it was linked, or as somebody has made it since: its hash tells. */
export function entryOf(row: SelectedRow): Entry {
  const { tenantId: _tenant, at, requestedByType, requestedById, actorType, actorId, details: stored, ...members } = row;
  const { ruleSet, ...details } = stored;
  return {
    ...entryContent({ ...details, kind: row.kind, at: at.toISOString() }),
    ...(ruleSet !== undefined && { rules: [...wholeRules(ruleSet, details.rules ?? []).rules] }),
    ...members,
    requestedBy: requestedByType === null || requestedById === null ? null : { type: requestedByType, id: requestedById },
    actor: actorType === null || actorId === null ? null : { type: actorType, id: actorId },
  };
}
