import { checkEvent, type EventDefinition, type EventOf } from '../events/index.js';
import { GOLDENS } from './goldens.js';

/** Data that differs from the golden's, member by member; nothing below a member is merged. */
export type Overrides<D extends EventDefinition> = Partial<EventOf<D>['data']>;

const isOf = (type: string) => (event: unknown): boolean => (event as EventOf<EventDefinition>).type === type;

/**
 * A valid event to start a test from: the golden example, with members of its data replaced. Where `executionId` is replaced, the
 * subject follows it. The result is a fresh copy each time.
 */
export const golden = <D extends EventDefinition>(definition: D, overrides: Overrides<D> = {}): EventOf<D> => {
  const example = GOLDENS.find(isOf(definition.type));
  if (example === undefined) throw new Error(`there is no golden example of ${definition.type}`);
  const event = structuredClone(example) as EventOf<D>;
  const data = { ...(event.data as object), ...overrides } as EventOf<D>['data'];
  const fault = checkEvent(definition, data);
  if (fault !== null) throw new Error(`the golden ${definition.type} with these overrides breaks its schema: ${fault}`);
  const { executionId } = overrides as { executionId?: string };
  return { ...event, ...(executionId === undefined || event.subject === undefined ? {} : { subject: executionId }), data };
};
