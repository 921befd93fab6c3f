import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { faultsOf } from './check.js';
import { ConfigurationError } from './configuration-error.js';

const parse = (path: string): unknown => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError([{ source: path, message: `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})` }]);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError([{ source: path, message: 'is not JSON' }]);
  }
};

/**
 * Reads one of the operator's files (`deploy/policies/*.json`).
 * @throws ConfigurationError with the file, the pointer and the rule of everything that is wrong in it.
 */
export const readPolicyFile = <S extends TSchema>(path: string, schema: S): Static<S> => {
  const value = parse(path);
  const faults = faultsOf(schema, value);
  if (faults.length > 0) throw new ConfigurationError(faults.map(({ pointer, message }) => ({ source: path, pointer: pointer || '/', message })));
  return value as Static<S>;
};
