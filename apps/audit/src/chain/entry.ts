import type { AuditEntry } from '@toolplane/contracts/events';
import type { Static } from 'typebox';

/** One entry of a tenant's chain, as the API and ToolAuditRecorded show it. */
export type Entry = Static<typeof AuditEntry>;
/** What an entry says, before it has its place in the chain. */
export type EntryContent = Omit<Entry, 'seq' | 'prevHash' | 'hash'>;

/**
 * Every member, with what stands there where nothing is known. In the order of names, which the canonical form then need not sort. A
 * member that a later version of the contract adds does not belong here: entries were hashed without it, and must be shown without it.
 */
const NOTHING: Omit<EntryContent, 'kind' | 'at'> & { readonly kind: undefined; readonly at: undefined } = {
  actor: null,
  agent: null,
  approval: null,
  at: undefined,
  attempts: null,
  change: null,
  code: null,
  correlationId: null,
  durationMs: null,
  error: null,
  exceptionId: null,
  executionId: null,
  input: null,
  inputDigest: null,
  ip: null,
  kind: undefined,
  output: null,
  outputDigest: null,
  redactions: [],
  requestedBy: null,
  rules: [],
  sessionId: null,
  status: null,
  tokensUsed: null,
  toolId: null,
  toolName: null,
  toolVersion: null,
};

type Said = Pick<EntryContent, 'kind' | 'at'> & Partial<EntryContent>;

/** An entry that says this, and nothing else. */
export const entryContent = (said: Said): EntryContent => ({ ...NOTHING, ...said });

/** The entry that a content becomes at its place. Written out: copying an object of that many members costs thirty times as much. */
export const entryAt = (content: EntryContent, { seq, prevHash, hash }: Pick<Entry, 'seq' | 'prevHash' | 'hash'>): Entry => ({
  actor: content.actor,
  agent: content.agent,
  approval: content.approval,
  at: content.at,
  attempts: content.attempts,
  change: content.change,
  code: content.code,
  correlationId: content.correlationId,
  durationMs: content.durationMs,
  error: content.error,
  exceptionId: content.exceptionId,
  executionId: content.executionId,
  hash,
  input: content.input,
  inputDigest: content.inputDigest,
  ip: content.ip,
  kind: content.kind,
  output: content.output,
  outputDigest: content.outputDigest,
  prevHash,
  redactions: content.redactions,
  requestedBy: content.requestedBy,
  rules: content.rules,
  seq,
  sessionId: content.sessionId,
  status: content.status,
  tokensUsed: content.tokensUsed,
  toolId: content.toolId,
  toolName: content.toolName,
  toolVersion: content.toolVersion,
});

/** A moment as an entry has it: UTC with milliseconds, which is what its column keeps. */
export const momentOf = (time: string | undefined, appendedAt: number): string =>
  time === undefined ? new Date(appendedAt).toISOString() : MOMENT.test(time) ? time : new Date(time).toISOString();
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
