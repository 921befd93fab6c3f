import { Injectable } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { createEvent, DEAD_LETTER_TOPIC, dispatchedTopic, isUuid, requestedTopic, ToolExecutionProgressed, type Outgoing } from '@toolplane/contracts/events';
import { deriveEventId, deriveExecutionId, GLOBAL } from '@toolplane/contracts/ids';
import { Publisher, type TopicRecord } from '@toolplane/messaging';
import { Database, Outbox } from '@toolplane/persistence';
import { mayDo, type Caller } from '@toolplane/service-kit';
import { claimKey, type KeyedCall } from '../accept/idempotency-key.js';
import { timelineStore, type Turn } from '../execution/timeline.store.js';
import type { DeadLetterRow } from './dead-letter.js';
import { deadLettersStore, viewerOf } from './dead-letters.store.js';

/** The beginning of every dispatch topic, whatever its provider. */
const DISPATCHES = dispatchedTopic('').replace(/\.v1$/, '');
const INGRESS = requestedTopic();
/** Where a record's word on who asks is believed: only those services write there, and only the platform may write in their place. */
const OURS = [requestedTopic('execution'), requestedTopic('playbook')];

/** A record as it is after it was acted on. */
export interface Closed {
  readonly letter: DeadLetterRow;
  readonly replayed: boolean;
}

/** Sends parked records on their way again, or closes them. */
@Injectable()
export class DeadLetterDesk {
  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Puts the record, or what it is replaced by, back where it lay. Its event keeps its id: whoever has applied it passes over it.
   * @param value Another content, as text; null leaves the original bytes.
   */
  redrive(caller: Caller, id: string, value: string | null, keyed: KeyedCall | null): Promise<Closed | null> {
    return this.close(caller, id, 'redriven', keyed, async (letter) => {
      refuseWhatIsNotRedriven(letter);
      if (value !== null) refuseEdit(caller, letter, value);
      // First the log, then the row: a crash between them leaves it parked, and redriving twice is harmless.
      await this.publisher.append([recordOf(letter, value)]);
    });
  }

  discard(caller: Caller, id: string): Promise<Closed | null> {
    return this.close(caller, id, 'discarded', null, () => Promise.resolve());
  }

  /** @returns null where the caller sees no such record. */
  private close(
    caller: Caller, id: string, status: 'redriven' | 'discarded', keyed: KeyedCall | null, act: (letter: DeadLetterRow) => Promise<void>,
  ): Promise<Closed | null> {
    return this.database.asWorker(async (tx) => {
      const letter = await deadLettersStore.lock(tx, viewerOf(caller), id);
      if (!letter) return null;
      if (keyed && (await claimKey(tx, caller.tenantId, keyed)).replayed) return { letter, replayed: true };
      if (letter.status !== 'parked') throw new ToolplaneError('CONFLICT', { message: `the record was ${letter.status} already` });
      await act(letter);
      await deadLettersStore.close(tx, id, status);
      const event = told(letter, status, caller);
      await this.outbox.add(tx, [{ event }]);
      await timelineStore.file(tx, turnsOf(event, letter));
      return { letter: { ...letter, status }, replayed: false };
    });
  }
}

function refuseWhatIsNotRedriven({ topic, code }: DeadLetterRow): void {
  if (topic.startsWith(DISPATCHES)) {
    throw new ToolplaneError('CONFLICT', { message: 'a dispatch is not redriven: its lease decides; run the execution again' });
  }
  if (topic === DEAD_LETTER_TOPIC) throw new ToolplaneError('CONFLICT', { message: 'nobody knows where this record belongs: discard it' });
  if (code === 'EXECUTION_ID_CONFLICT') throw new ToolplaneError('CONFLICT', { message: 'its execution id stands for another request: send it under an id of its own' });
}

/** What a tenant may write in a record's place is a request of its own tenant, where nobody's word on who asks is believed. */
function refuseEdit(caller: Caller, { topic }: DeadLetterRow, value: string): void {
  if (mayDo(caller.roles, 'tenants:manage')) return;
  const isIngress = topic === INGRESS || topic.startsWith(`${INGRESS}.`);
  if (!isIngress || OURS.includes(topic)) throw new ToolplaneError('FORBIDDEN', { message: 'only a platform administrator changes a record of this topic' });
  if (membersOf(value).tenantid !== caller.tenantId) {
    throw new ToolplaneError('FORBIDDEN', { message: 'the record has to name your own tenant', details: [{ pointer: '/value/tenantid', detail: `must be "${caller.tenantId}"` }] });
  }
}

const recordOf = ({ topic, key, headers, value: original, valueIsBase64 }: DeadLetterRow, value: string | null): TopicRecord => ({
  topic,
  key,
  headers,
  value: value ?? (valueIsBase64 && original !== null ? Buffer.from(original, 'base64') : original),
});

/** For the audit: who did what with which record. */
function told(letter: DeadLetterRow, status: 'redriven' | 'discarded', { principal, ip, tenantId: own }: Caller): Outgoing<ToolExecutionProgressed> {
  const tenantId = letter.tenantId ?? GLOBAL;
  const { executionId, tool } = subjectOf(letter, own);
  return createEvent(ToolExecutionProgressed, {
    tenantId, id: deriveEventId(tenantId, letter.id, status), subject: executionId ?? letter.id, source: 'execution', time: new Date(),
    data: {
      executionId: executionId ?? letter.id, kind: status, attempt: null, dueAt: null, toolId: null, toolName: tool ?? '', toolVersion: null, error: null,
      outputDigest: null, redactions: [], by: principal, deadLetterId: letter.id, request: null, correlationId: null, requestedBy: null, actor: null,
      agent: null, sessionId: null, exceptionId: null, ip,
    },
  });
}

/** In the timeline of the execution that the record is about, where it says which. */
const turnsOf = ({ id: eventId, tenantid, data }: ToolExecutionProgressed, letter: DeadLetterRow): readonly Turn[] =>
  letter.tenantId === null || data.executionId === letter.id ? [] : [{
    tenantId: tenantid, executionId: data.executionId, eventId, type: 'progressed',
    facts: { kind: data.kind, attempt: null, dueAt: null, outputDigest: null, cause: letter.id, ...(data.by && { by: data.by }) },
  }];

/** The execution that a record is about, as far as it says so. */
function subjectOf({ value, valueIsBase64, tenantId }: DeadLetterRow, own: string): { readonly executionId: string | null; readonly tool: string | null } {
  const { source, id, data } = valueIsBase64 || value === null ? {} : membersOf(value);
  const { executionId, tool, toolName } = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  const name = typeof tool === 'string' ? tool : typeof toolName === 'string' ? toolName : null;
  if (typeof executionId === 'string' && isUuid(executionId)) return { executionId: executionId.toLowerCase(), tool: name };
  return { executionId: typeof source === 'string' && typeof id === 'string' ? deriveExecutionId(tenantId ?? own, source, id) : null, tool: name };
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
