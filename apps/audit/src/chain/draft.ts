import type { CloudEvent } from '@toolplane/contracts/envelope';
import { isUuid } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import { prepareEntry, type PreparedEntry } from '@toolplane/security/chain';
import type { EntryContent } from './entry.js';
import { storableContent } from './entry-row.js';
import type { WholeRules } from './whole-rules.js';

/** An entry that is ready for its place: canonical form and stored form are made, only the head's hash is missing. */
export interface Draft {
  readonly tenantId: string;
  /** The event that it tells of; there is one entry for it, however often it comes. */
  readonly eventId: string;
  readonly subject: string;
  readonly traceparent: string | undefined;
  readonly content: EntryContent;
  /** JSON of what the column `details` holds. */
  readonly details: string;
  readonly seal: PreparedEntry;
}

/** @param rules of a decision: the whole of which `said` shows */
export function draftOf(event: Pick<CloudEvent, 'tenantid' | 'id' | 'subject' | 'traceparent'>, said: EntryContent, rules?: WholeRules): Draft {
  const { content, details, members } = storableContent(said, rules);
  return {
    tenantId: event.tenantid,
    eventId: isUuid(event.id) ? event.id.toLowerCase() : deriveEventId(event.tenantid, event.id, 'source'),
    subject: event.subject ?? event.id,
    traceparent: event.traceparent,
    content,
    details,
    seal: prepareEntry(content, members),
  };
}
