import { existsSync } from 'node:fs';
import path from 'node:path';
import { readPolicyFile } from '@toolplane/config';
import { EgressPolicy, SecretsPolicy } from '@toolplane/contracts/documents';
import type { DataDir } from './data-dir.js';

export interface Policies {
  readonly egressFile: string;
  readonly secretsFile: string;
}

/**
 * The policies of a local start: the operator's own files of `deploy/policies/` where there are any, and beside what they say the
 * sandbox: its origin and nothing else on this machine, and the key that `sandbox_secret` sends it.
 */
export async function writePolicies(dataDir: DataDir, root: string, sandboxUrl: string): Promise<Policies> {
  const egress = operatorsOwn(root, 'egress.json', EgressPolicy) ?? { default: 'public-https' };
  const secrets = operatorsOwn(root, 'secrets.json', SecretsPolicy) ?? {};
  const port = Number(new URL(sandboxUrl).port);
  return {
    egressFile: await dataDir.writeJson('policies/egress.json', {
      ...egress,
      allow: [...(egress.allow ?? []), { origin: sandboxUrl }],
      private: [...(egress.private ?? []), { cidr: '127.0.0.1/32', ports: [port] }],
    } satisfies EgressPolicy),
    secretsFile: await dataDir.writeJson('policies/secrets.json', {
      ...secrets,
      'sandbox-api-key': { tenants: ['*'], origins: [sandboxUrl], from: { file: dataDir.file('secrets/sandbox-api-key') } },
    } satisfies SecretsPolicy),
  };
}

function operatorsOwn<S extends typeof EgressPolicy | typeof SecretsPolicy>(
  root: string,
  name: string,
  schema: S,
): ReturnType<typeof readPolicyFile<S>> | undefined {
  const file = path.join(root, 'deploy/policies', name);
  return existsSync(file) ? readPolicyFile(file, schema) : undefined;
}
