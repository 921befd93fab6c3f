import type { CloudEvent } from '../envelope/cloud-event.js';
import type { EventDefinition, EventOf } from './define-event.js';

/**
 * An event on its way out. `topic` says where to, when it is not the definition's own topic; it is not on the wire. `dataText` is the JSON of
 * `data` where somebody has written it already; it is not enumerable, since it says nothing more.
 */
export type Outgoing<Event extends CloudEvent = CloudEvent> = Event & { readonly topic?: string; readonly dataText?: string };

export interface NewEvent<D extends EventDefinition> {
  readonly tenantId: string;
  /** Derived from the transition (`deriveEventId`), so that a repeat is recognisable as one. */
  readonly id: string;
  /** The execution id, where there is one; else the object's key. */
  readonly subject: string;
  /** Name of the service that speaks: `execution` becomes `/toolplane/execution`. */
  readonly source: string;
  /** Moment of the transition: stored with it, never taken anew for a repeat. */
  readonly time: Date | string;
  readonly data: EventOf<D>['data'];
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly topic?: string | undefined;
  /** JSON of `data`, where it is there already: written as it is. */
  readonly dataText?: string | undefined;
}

/** `urn:toolplane:event:<type>:<major>.<minor>` */
export const dataSchemaOf = (definition: EventDefinition): string => `urn:toolplane:event:${definition.type}:${definition.version}`;

/** Makes the event of a definition. Data is held to the schema by its type; whoever reads checks it again. */
export const createEvent = <D extends EventDefinition>(definition: D, given: NewEvent<D>): Outgoing<EventOf<D>> => {
  const event: CloudEvent & { topic?: string } = {
    specversion: '1.0',
    id: given.id,
    source: `/toolplane/${given.source}`,
    type: definition.type,
    time: typeof given.time === 'string' ? given.time : given.time.toISOString(),
    subject: given.subject,
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(definition),
    tenantid: given.tenantId,
    ...(given.traceparent === undefined ? {} : { traceparent: given.traceparent }),
    ...(given.causationId === undefined ? {} : { causationid: given.causationId }),
    data: given.data,
    ...(given.topic === undefined ? {} : { topic: given.topic }),
  };
  if (given.dataText !== undefined) Object.defineProperty(event, 'dataText', { value: given.dataText });
  return event as Outgoing<EventOf<D>>;
};
