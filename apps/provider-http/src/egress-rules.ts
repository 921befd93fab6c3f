import { ConfigurationError, readPolicyFile } from '@toolplane/config';
import { EgressPolicy } from '@toolplane/contracts/documents';
import { WatchedFile } from '@toolplane/provider-kit';
import { compileEgressPolicy, type EgressRules } from '@toolplane/security/egress';

/** @throws ConfigurationError with every fault of the file. */
export function readEgressRules(path: string): EgressRules {
  const compiled = compileEgressPolicy(readPolicyFile(path, EgressPolicy));
  if (compiled.ok) return compiled.rules;
  throw new ConfigurationError(compiled.errors.map(({ pointer, detail }) => ({ source: path, pointer, message: detail })));
}

/** The operator's `egress.json`, read again when it has changed. While it has faults, nothing is called. */
export const watchedEgressRules = (path: string): WatchedFile<EgressRules> => new WatchedFile(path, readEgressRules);
