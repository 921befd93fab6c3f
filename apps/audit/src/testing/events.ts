import type { CloudEvent, Received } from '@toolplane/contracts/envelope';
import type { EventDefinition, EventOf } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden, type Overrides } from '@toolplane/contracts/testing';

type Given<D extends EventDefinition> = Overrides<D> & { readonly tenantid?: string; readonly time?: string };

/** A golden example of its own: another id each time, as if it had just happened. */
export function another<D extends EventDefinition>(definition: D, { tenantid = 'demo', time, ...overrides }: Given<D> = {}): EventOf<D> {
  const event = golden(definition, overrides as Overrides<D>);
  return { ...event, id: newId(), tenantid, ...(time !== undefined && { time }) };
}

/** As a consumer hands it over. */
export const received = <Event extends CloudEvent>(event: Event, offset = 0): Received<Event> =>
  ({ ...event, record: { topic: 'topic', partition: 0, offset: BigInt(offset), appendedAt: Date.parse('2026-11-20T18:30:00.000Z') } });
