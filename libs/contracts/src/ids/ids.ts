import { uuidv7 } from 'uuidv7';
import { uuidV5 } from './uuid-v5.js';

export type Brand<Value, Name extends string> = Value & { readonly __brand?: Name };
/** UUID of one execution, unique within its tenant. */
export type ExecutionId = Brand<string, 'ExecutionId'>;
/** `^[a-z0-9][a-z0-9-]{0,62}$` */
export type TenantId = Brand<string, 'TenantId'>;
export type ToolId = Brand<string, 'ToolId'>;

/** Stands in `tenantid` where an object belongs to no tenant: global tools, platform settings. No tenant can be called that. */
export const GLOBAL: TenantId = '*';

/** A new time-ordered id (UUIDv7). */
export const newId = (): string => uuidv7();

/** The execution a Kafka request starts, unless it names one: the same source and id always give the same execution. */
export const deriveExecutionId = (tenantId: string, source: string, id: string): ExecutionId =>
  uuidV5(`toolplane:${tenantId} ${source} ${id}`);

/**
 * The id of the event that tells of one transition. A repeated transition has the same id, so that a repeat is recognisable as one.
 * @param transition for instance `decided`, `dispatched:2`, `terminal` (shared by Completed and Failed).
 */
export const deriveEventId = (tenantId: string, executionId: string, transition: string): string =>
  uuidV5(`toolplane:${tenantId} ${executionId} ${transition}`);
