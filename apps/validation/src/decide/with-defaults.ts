import { measure, type MeasuredPayload } from './payload.js';

/** Fills in what the caller left out, by name at the top level: nothing is merged into a value that was sent, null included. */
export function withDefaults(sent: MeasuredPayload, defaults: Readonly<Record<string, unknown>>): MeasuredPayload {
  const missing = Object.entries(defaults).filter(([name]) => !Object.hasOwn(sent.value, name));
  // By entries, so that no name can reach a prototype.
  return missing.length === 0 ? sent : measure(Object.fromEntries([...Object.entries(sent.value), ...missing]));
}

/** JSON Pointers of what was filled in. */
export const filledIn = (sent: MeasuredPayload, { value }: MeasuredPayload): readonly string[] =>
  value === sent.value ? [] : Object.keys(value).filter((name) => !Object.hasOwn(sent.value, name)).map((name) => `/${escaped(name)}`);
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
