import type { EventDefinition } from '@toolplane/contracts/events';

/** The group in which the instances of a service share an event: one per handler. Null is the handler of dead letters. */
export const groupOf = (service: string, definition: EventDefinition | null): string => `toolplane.${service}.${definition?.type ?? 'DeadLetter'}`;
