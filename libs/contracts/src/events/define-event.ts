import type { Static, TObject } from 'typebox';
import type { CloudEvent } from '../envelope/cloud-event.js';

/** Who may write a topic. `upstream` is anyone the operator lets in; `provider` any worker. */
export type Producer = 'upstream' | 'validation' | 'execution' | 'provider' | 'registry' | 'audit' | 'playbook';
/** What decides a record's partition, and what compaction keeps one of. */
export type RecordKey = 'execution' | 'tenant' | 'object';

export interface EventDefinition<Type extends string = string, Data extends TObject = TObject> {
  readonly type: Type;
  /** Base name of the topic. Some types lie on several topics made from it: see `topics.ts`. */
  readonly topic: string;
  readonly producer: Producer;
  /** Public topics are promised to users and carry the headers `ce_type` and `ce_tenantid`. */
  readonly audience: 'public' | 'internal';
  readonly key: RecordKey;
  /** One sentence that begins with “When”. */
  readonly when: string;
  /** Schema version; another major lies on another topic. */
  readonly version: `1.${number}`;
  readonly data: Data;
  /** Names the object within its tenant, for events keyed by object: what compaction keeps one record of. */
  objectKey?(data: Static<Data>): string;
}

export type EventOf<D extends EventDefinition> = CloudEvent<D['type'], Static<D['data']>>;

type Given<Type extends string, Data extends TObject> = Omit<EventDefinition<Type, Data>, 'audience' | 'key' | 'version'> &
  Partial<Pick<EventDefinition<Type, Data>, 'audience' | 'key' | 'version'>>;

/** Declares an event: internal, keyed by execution and of version 1.0 unless said otherwise. */
export const defineEvent = <const Type extends string, Data extends TObject>(given: Given<Type, Data>): EventDefinition<Type, Data> =>
  Object.freeze({ audience: 'internal', key: 'execution', version: '1.0', ...given });
