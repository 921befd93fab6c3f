import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeSealingKeys } from '@toolplane/security/sealing';

/** A file with the public key of a pair that nobody has, for as long as the specs of a file run. */
export async function sealingKeysFile(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-sealing-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'sealing-keys.json');
  writeFileSync(file, JSON.stringify({ keys: [(await makeSealingKeys('one')).sealing] }));
  return file;
}
