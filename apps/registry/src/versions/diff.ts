import type { DiffEntry, ToolDefinition, VersionChange } from '@toolplane/contracts/documents';
import { compareSchemas, same, type Difference, type Effect } from './compare-schemas.js';

export interface ToolDiff {
  /** Null where nothing differs. */
  readonly change: VersionChange | null;
  readonly entries: readonly DiffEntry[];
}

type Member = keyof ToolDefinition;
/** What callers rely on as it is. */
const BREAKING: readonly Member[] = ['name', 'type'];
/** What happens behind the same interface: an approval given for the old one is void. */
const COMPATIBLE: readonly Member[] = ['endpoint', 'dummy', 'implementation', 'mcp', 'auth', 'timeoutMs', 'retry'];
/** Texts and flags. */
const METADATA: readonly Member[] = [
  'description', 'category', 'enabled', 'isDangerous', 'requiresApproval', 'approval', 'idempotent', 'tags', 'exampleUsage', 'examples', 'deprecated',
];

/** For what a caller sends, taking less breaks it. For what it reads, giving more does. */
const INPUT: Readonly<Record<Effect, VersionChange>> = {
  tighter: 'breaking', removed: 'breaking', unclear: 'breaking', looser: 'compatible', added: 'compatible', marked: 'compatible', text: 'metadata',
};
const OUTPUT: Readonly<Record<Effect, VersionChange>> = {
  looser: 'breaking', removed: 'breaking', unclear: 'breaking', tighter: 'compatible', added: 'compatible', marked: 'compatible', text: 'metadata',
};

/** A diff travels in an event beside the whole definition: it points, it does not carry everything twice. */
const MAX_ENTRIES = 100;
const MAX_VALUE_CHARS = 1024;
const shown = (value: unknown): boolean => value !== undefined && JSON.stringify(value).length <= MAX_VALUE_CHARS;
const entry = (pointer: string, change: VersionChange, from: unknown, to: unknown): DiffEntry => ({
  pointer,
  change,
  ...(shown(from) ? { from } : {}),
  ...(shown(to) ? { to } : {}),
});

const ofSchema = (differences: readonly Difference[], meaning: Readonly<Record<Effect, VersionChange>>): DiffEntry[] =>
  differences.map(({ pointer, effect, from, to }) => entry(pointer, meaning[effect], from, to));

const RANK: Readonly<Record<VersionChange, number>> = { breaking: 2, compatible: 1, metadata: 0 };
const gravest = (entries: readonly DiffEntry[]): VersionChange | null =>
  entries.reduce<VersionChange | null>((worst, { change }) => (worst === null || RANK[change] > RANK[worst] ? change : worst), null);

/** What changed between two complete definitions, and what that means for those who call the tool. */
export const diffTools = (before: ToolDefinition, after: ToolDefinition): ToolDiff => {
  const members = (names: readonly Member[], change: VersionChange): DiffEntry[] =>
    names.filter((name) => !same(before[name], after[name])).map((name) => entry(`/${name}`, change, before[name], after[name]));
  const entries = [
    ...members(BREAKING, 'breaking'),
    ...ofSchema(compareSchemas(before.inputSchema, after.inputSchema, '/inputSchema'), INPUT),
    ...ofSchema(compareSchemas(before.outputSchema ?? true, after.outputSchema ?? true, '/outputSchema'), OUTPUT),
    ...members(COMPATIBLE, 'compatible'),
    ...members(METADATA, 'metadata'),
  ];
  return { change: gravest(entries), entries: entries.slice(0, MAX_ENTRIES) };
};
