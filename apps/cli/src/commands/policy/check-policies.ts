import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError, readPolicyFile } from '@toolplane/config';
import { EgressPolicy, IngressPolicy, SealingKeys, SecretsPolicy } from '@toolplane/contracts/documents';
import { TOPICS } from '@toolplane/contracts/events';
import { canonicalUrl, compileEgressPolicy } from '@toolplane/security/egress';

/** What is wrong in a file, by its pointer. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}
export interface Checked {
  readonly file: string;
  /** Null: there is no such file, which is right where nothing needs it. */
  readonly faults: readonly Fault[] | null;
}

const egress = (file: string): readonly Fault[] => {
  const compiled = compileEgressPolicy(readPolicyFile(file, EgressPolicy));
  if (!compiled.ok) return compiled.errors;
  return compiled.rules.allow.flatMap(({ caFile }, index) =>
    caFile === null || existsSync(caFile) ? [] : [{ pointer: `/allow/${index}/caFile`, detail: 'there is no such file here' }],
  );
};

const secrets = (file: string): readonly Fault[] =>
  Object.entries(readPolicyFile(file, SecretsPolicy)).flatMap(([name, { origins, tenants }]) => [
    ...origins.flatMap((origin, index) => {
      const read = canonicalUrl(origin);
      return read.verdict === 'allow' ? [] : [{ pointer: `/${name}/origins/${index}`, detail: read.reason }];
    }),
    ...(origins.length === 0 ? [{ pointer: `/${name}/origins`, detail: 'list the origins; without any the secret is never sent' }] : []),
    ...(tenants.length === 0 ? [{ pointer: `/${name}/tenants`, detail: 'list the tenants, or "*"' }] : []),
  ]);

const OURS = new Set(TOPICS.map(({ name }) => name));
const ingress = (file: string): readonly Fault[] => {
  const seen = new Map<string, string>();
  return Object.entries(readPolicyFile(file, IngressPolicy)).flatMap(([name, { topic, answerTopic }]) =>
    [['topic', topic] as const, ['answerTopic', answerTopic] as const].flatMap(([member, used]) => {
      if (used === undefined) return [];
      const before = seen.get(used);
      seen.set(used, name);
      if (before !== undefined) return [{ pointer: `/${name}/${member}`, detail: `is used by ${before} already` }];
      return OURS.has(used) ? [{ pointer: `/${name}/${member}`, detail: 'belongs to Toolplane itself' }] : [];
    }),
  );
};

const sealing = (file: string): readonly Fault[] => {
  readPolicyFile(file, SealingKeys);
  return [];
};

const CHECKS: Readonly<Record<string, (file: string) => readonly Fault[]>> = {
  'egress.json': egress,
  'secrets.json': secrets,
  'ingress.json': ingress,
  'sealing-keys.json': sealing,
};

/** Looks at every policy file of a folder in the way the services do, and a little closer. */
export const checkPolicies = (folder: string): readonly Checked[] =>
  Object.entries(CHECKS).map(([file, check]) => {
    const at = path.join(folder, file);
    if (!existsSync(at)) return { file, faults: null };
    try {
      return { file, faults: check(at) };
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return { file, faults: error.faults.map(({ pointer = '', message }) => ({ pointer, detail: message })) };
    }
  });
