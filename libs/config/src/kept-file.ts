import { statSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { readPolicyFile } from './policy-file.js';

/**
 * One of the operator's files that is read again when it has changed, looked at on every use. What it held last counts while it is away or
 * has a fault.
 * @throws ConfigurationError at once where it cannot be used.
 */
export function keptFile<S extends TSchema>(path: string, schema: S): () => Static<S> {
  let seen = stateOf(path);
  let kept = readPolicyFile(path, schema);
  return () => {
    const now = stateOf(path);
    if (now === seen || now === null) return kept;
    try {
      kept = readPolicyFile(path, schema);
    } catch {
      // Half-written perhaps: it is looked at again when it changes again.
    }
    seen = now;
    return kept;
  };
}

function stateOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : null;
}
