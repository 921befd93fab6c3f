/** A CloudEvents 1.0 event as this project reads and writes it. Attribute names are the specification's: lower case. */
export interface CloudEvent<Type extends string = string, Data = unknown> {
  readonly specversion: '1.0';
  /** The same over every redelivery: dedupe on it. */
  readonly id: string;
  /** `/toolplane/<service>` for ours. */
  readonly source: string;
  readonly type: Type;
  /** RFC 3339, UTC, of the transition the event tells of. */
  readonly time?: string;
  /** The execution id, where there is one; else the object's key. */
  readonly subject?: string;
  readonly datacontenttype?: string;
  /** `urn:toolplane:event:<type>:<major>.<minor>` */
  readonly dataschema?: string;
  /** The tenant, or `*` where the object belongs to none. */
  readonly tenantid: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Id of the event that caused this one. */
  readonly causationid?: string;
  readonly data: Data;
}

/** Where a received event lay. Never on the wire: the consumer adds it. */
export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch, the broker's append time. */
  readonly appendedAt: number;
}

/** An event as a handler gets it. */
export type Received<Event extends CloudEvent = CloudEvent> = Event & { readonly record: RecordPosition };
