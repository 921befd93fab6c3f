import { readFileSync } from 'node:fs';
import type { SecretEntry } from '@toolplane/contracts/documents';
import type { Environment } from './load-config.js';

/**
 * Reads a secret where an entry of `secrets.json` says it lies, anew at each call, so that replacing the file rotates it.
 * One line end at the end of a file is not part of the value.
 * @returns null where it is not set, empty or cannot be read; why is not told, since it would travel with an error.
 */
export const readSecretSource = (from: SecretEntry['from'], env: Environment = process.env): string | null => {
  if ('env' in from) return env[from.env] || null;
  try {
    return readFileSync(from.file, 'utf8').replace(/\r?\n$/, '') || null;
  } catch {
    return null;
  }
};
