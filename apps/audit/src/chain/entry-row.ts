import { batchOf, storable, storableText, type BatchColumns, type BatchRow } from '@toolplane/persistence';
import { entryContent, type Entry, type EntryContent } from './entry.js';

const COLUMNS = {
  tenantId: 'text', seq: 'bigint', at: 'timestamptz', kind: 'text', status: 'text', code: 'text', executionId: 'uuid', correlationId: 'text',
  toolId: 'text', toolName: 'text', agent: 'text', sessionId: 'text', exceptionId: 'text', requestedByType: 'text', requestedById: 'text',
  actorType: 'text', actorId: 'text', details: 'rawJson', prevHash: 'text', hash: 'text',
} as const satisfies BatchColumns;

/** Rows of `audit.entries`. */
export const entryBatch = batchOf(COLUMNS);
export type EntryRow = BatchRow<typeof COLUMNS>;

/** Members that nothing is filtered by: they lie together in `details`. What says nothing is left out. */
const detailsOf = (content: EntryContent): Partial<Record<keyof EntryContent, unknown>> => ({
  toolVersion: content.toolVersion ?? undefined,
  ip: content.ip ?? undefined,
  approval: content.approval ?? undefined,
  rules: content.rules.length > 0 ? content.rules : undefined,
  input: content.input ?? undefined,
  output: content.output ?? undefined,
  inputDigest: content.inputDigest ?? undefined,
  outputDigest: content.outputDigest ?? undefined,
  redactions: content.redactions.length > 0 ? content.redactions : undefined,
  attempts: content.attempts ?? undefined,
  durationMs: content.durationMs ?? undefined,
  tokensUsed: content.tokensUsed ?? undefined,
  error: content.error ?? undefined,
  change: content.change ?? undefined,
});

/** Content that its columns give back as it is, with its details as text: what is hashed is what will be read. */
export function storableContent(given: EntryContent): { readonly content: EntryContent; readonly details: string } {
  const details = JSON.stringify(detailsOf(given));
  if (!details.includes('\\u0000') && isStorable(given)) return { content: given, details };
  const content = withStorableText(storable(given));
  return { content, details: JSON.stringify(detailsOf(content)) };
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

export const rowOf = (tenantId: string, details: string, entry: Entry): EntryRow => ({
  tenantId,
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
  readonly details: Partial<EntryContent>;
};

/** The entry as it was linked, or as somebody has made it since: its hash tells. */
export function entryOf(row: SelectedRow): Entry {
  const { tenantId: _tenant, at, requestedByType, requestedById, actorType, actorId, details, ...members } = row;
  return {
    ...entryContent({ ...details, kind: row.kind, at: at.toISOString() }),
    ...members,
    requestedBy: requestedByType === null || requestedById === null ? null : { type: requestedByType, id: requestedById },
    actor: actorType === null || actorId === null ? null : { type: actorType, id: actorId },
  };
}
