import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CHAIN_FAULTS, ExportedChain, verifierOf, type Checkpoint, type Tombstone } from '@toolplane/security/chain';

export interface VerifyOptions {
  readonly export: string;
  readonly checkpoints?: string;
  readonly publicKey?: readonly string[];
}

const EXIT_BAD = 1;

/**
 * `toolplane audit verify`: needs neither a service nor a database. Prints what it found as JSON, with what it cannot see; the exit code
 * is 1 where an entry is bad.
 */
export async function auditVerify({ export: file, checkpoints, publicKey }: VerifyOptions, print = (text: string): unknown => process.stdout.write(text)): Promise<number> {
  const outside = checkpoints === undefined ? null : await readCheckpoints(checkpoints, publicKey);
  const chain = new ExportedChain();
  for await (const line of linesOf(file)) chain.add(line);
  const verdict = chain.verdict(outside ?? {});
  const report = {
    ok: verdict.ok,
    entries: verdict.entries,
    firstBadSequence: verdict.ok ? null : verdict.firstBadSequence,
    reason: verdict.ok ? null : CHAIN_FAULTS[verdict.reason],
    checkpoint: verdict.ok ? verdict.head : null,
    comparedWith: { checkpoints: outside?.checkpoints.length ?? 0, tombstones: outside?.tombstones.length ?? 0, refused: outside?.refused ?? 0 },
    cannotSee: cannotSee(verdict.ok ? verdict.head.seq : 0, outside?.checkpoints.at(-1)?.seq),
  };
  print(`${JSON.stringify(report, null, 2)}\n`);
  return report.ok ? 0 : EXIT_BAD;
}

const linesOf = (file: string): AsyncIterable<string> =>
  createInterface({ input: file === '-' ? process.stdin : createReadStream(file), crlfDelay: Infinity });

interface Outside {
  readonly checkpoints: readonly Checkpoint[];
  readonly tombstones: readonly Tombstone[];
  readonly refused: number;
}

/** Only what a known key has signed counts. @throws Error where no key is known, for then nothing would */
async function readCheckpoints(file: string, given: readonly string[] | undefined): Promise<Outside> {
  const keyFiles = given ?? (await besides(file));
  if (keyFiles.length === 0) throw new Error(`There is no public key beside ${file}: name it with --public-key`);
  const isSigned = verifierOf(await Promise.all(keyFiles.map((key) => readFile(key, 'utf8'))));
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const signed = lines.map(parsed).filter((statement): statement is Checkpoint | Tombstone => statement !== null && isSigned(statement));
  const tenants = new Set(signed.map(({ tenantId }) => tenantId));
  if (tenants.size > 1) throw new Error(`${file} tells of more than one chain: ${[...tenants].join(', ')}. Give it that of the export alone`);
  return {
    checkpoints: signed.filter((one) => one.type === 'checkpoint').sort((a, b) => a.seq - b.seq),
    tombstones: signed.filter((one) => one.type === 'tombstone'),
    refused: lines.length - signed.length,
  };
}

const besides = async (file: string): Promise<string[]> => {
  const folder = path.dirname(file);
  return (await readdir(folder)).filter((name) => name.endsWith('.pem')).map((name) => path.join(folder, name));
};

const parsed = (line: string): Checkpoint | Tombstone | null => {
  try {
    return JSON.parse(line) as Checkpoint | Tombstone;
  } catch {
    return null;
  }
};

/** An export cannot vouch for itself beyond this. */
const cannotSee = (head: number, latest: number | undefined): string[] => [
  latest === undefined
    ? 'Without --checkpoints it does not show that all entries were made anew, nor that the export ends too early.'
    : latest < head
      ? `Entries ${latest + 1} to ${head} lie behind the last checkpoint: of them it does not show that they were all made anew, nor that more followed.`
      : 'What came after the last checkpoint and is not in the export.',
  'Which tenant an entry belongs to stands in no entry: the checkpoints name it.',
  'What never became an entry, and what a redacted value was.',
];
