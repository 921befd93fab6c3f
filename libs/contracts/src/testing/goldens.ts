import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../events/', import.meta.url);

/** Names of the recorded examples, one per event and version. They are only ever added: today's code reads them all. */
export const GOLDEN_FILES: readonly string[] = readdirSync(folder).filter((name) => /\.v\d+\.json$/.test(name));

/** The examples, parsed. Read from disk and not imported: not every loader of ours keeps import attributes. */
export const GOLDENS: readonly unknown[] = GOLDEN_FILES.map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown);
