import type { CloudEvent, Received } from '@toolplane/contracts/envelope';
import { createEvent, ToolAuditRecorded, type EventOf, type Outgoing } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { EventLog, Publisher } from '@toolplane/messaging';
import type { Database, Positions } from '@toolplane/persistence';
import { appendToChains, type Recorded } from '../chain/chain.store.js';
import { draftOf, type Draft } from '../chain/draft.js';
import type { EntryContent } from '../chain/entry.js';

type Read = Parameters<Positions['advance']>[1][number];

/** Writes what happened into the chains, then tells everybody. Safe to repeat: the same events give the same entries. */
export class Recorder {
  constructor(
    private readonly database: Database,
    private readonly positions: Positions,
    private readonly publisher: Publisher,
    private readonly log: EventLog,
  ) {}

  /** @param contentOf null for an event that is none of the audit's business */
  record<Event extends Received<CloudEvent>>(events: readonly Event[], contentOf: (event: Event) => EntryContent | null): Promise<void> {
    const drafts = events.flatMap((event): Draft | readonly [] => {
      const content = contentOf(event);
      return content ? draftOf(event, content) : [];
    });
    return this.append(drafts, events);
  }

  /** @param records what the drafts were made of: how far the log was read is stored with them */
  async append(drafts: readonly Draft[], records: readonly Read[]): Promise<void> {
    if (drafts.length === 0) return;
    const recorded = await this.database.asWorker(async (tx) => {
      const appended = await appendToChains(tx, drafts);
      await this.positions.advance(tx, records, this.log.clusterId);
      return appended;
    });
    await this.publisher.publish(recorded.map(recordedEvent));
  }
}

const recordedEvent = ({ draft, entry, text }: Recorded): Outgoing<EventOf<typeof ToolAuditRecorded>> =>
  createEvent(ToolAuditRecorded, {
    tenantId: draft.tenantId,
    id: deriveEventId(draft.tenantId, draft.eventId, 'audit'),
    subject: draft.subject,
    source: 'audit',
    time: entry.at,
    causationId: draft.eventId,
    traceparent: draft.traceparent,
    data: entry,
    dataText: text,
  });
