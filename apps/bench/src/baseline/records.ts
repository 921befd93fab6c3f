import type { Message } from 'kafkajs';
import type { Hop, Sizes } from './topics.js';

/** What a hop needs to know of a record; the rest of it is there to be carried. */
export interface BareEvent {
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly data: { readonly payload: unknown; readonly pad: string };
}

/** Broker and client limits: no partition of a send may come near the broker's 1 MiB. */
const MOST_BYTES_A_SEND = 900_000;

/** An event of a hop, padded to the size of the product's own. */
export function bareEvent(hop: Hop, subject: string, payload: unknown, sizes: Sizes): Message {
  const event = {
    specversion: '1.0',
    id: `${hop} ${subject}`,
    source: '/bench',
    type: hop,
    subject,
    tenantid: 'demo',
    data: { payload, pad: '' },
  };
  const bare = JSON.stringify(event);
  const missing = sizes[hop] - bare.length;
  if (missing > 0) event.data.pad = 'x'.repeat(missing);
  return { key: subject, value: missing > 0 ? JSON.stringify(event) : bare, headers: {} };
}

/** Cuts what is to be sent so that the broker takes each piece. */
export function cut(messages: readonly Message[]): Message[][] {
  const pieces: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = message.value?.length ?? 0;
    if (bytes + size > MOST_BYTES_A_SEND) {
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)?.push(message);
    bytes += size;
  }
  return pieces;
}
