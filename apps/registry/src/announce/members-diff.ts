import { same } from '../versions/compare-schemas.js';

/** A diff points; it does not carry everything twice. */
const MAX_VALUE_CHARS = 1024;
const shown = (value: unknown): boolean => value !== undefined && JSON.stringify(value).length <= MAX_VALUE_CHARS;

export interface MemberDiff {
  readonly pointer: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What differs between two states of an object, member by member; a state that is not there has none. */
export const diffMembers = (before: object, after: object): MemberDiff[] => {
  const [from, to] = [before as Readonly<Record<string, unknown>>, after as Readonly<Record<string, unknown>>];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((member) => !same(from[member], to[member]))
    .map((member) => ({
      pointer: `/${member}`,
      ...(shown(from[member]) ? { from: from[member] } : {}),
      ...(shown(to[member]) ? { to: to[member] } : {}),
    }));
};
