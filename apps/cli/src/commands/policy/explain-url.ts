import { Resolver } from 'node:dns/promises';
import { ConfigurationError, readPolicyFile } from '@toolplane/config';
import { EgressPolicy } from '@toolplane/contracts/documents';
import { compileEgressPolicy, decideAddresses, decideUrl } from '@toolplane/security/egress';

export interface Question {
  readonly url: string;
  readonly tenant: string;
  readonly tool: string;
  readonly method: string;
  /** Addresses that the name is to have; empty: they are not judged. */
  readonly addresses: readonly string[];
}

export interface Explanation {
  readonly verdict: 'allow' | 'deny';
  readonly rule: string;
  readonly reason: string;
}

/** What the worker would say to a call: of the URL, then of each address. One that is denied denies the call. */
export function explain(file: string, { url, tenant, tool, method, addresses }: Question): readonly Explanation[] {
  const compiled = compileEgressPolicy(readPolicyFile(file, EgressPolicy));
  if (!compiled.ok)
    throw new ConfigurationError(compiled.errors.map(({ pointer, detail }) => ({ source: file, pointer, message: detail })));
  const { rules } = compiled;
  const named = decideUrl(rules, url, { tenant, tool: { id: tool, name: tool }, method: method.toUpperCase() });
  if (named.verdict === 'deny') return [named];
  const { host, port, literal } = named.url;
  const judged = literal ? [host.replace(/^\[|\]$/g, '')] : addresses;
  return judged.length === 0 ? [named] : [named, decideAddresses(rules, judged, { port, entry: named.entry })];
}

/** The addresses that this machine's name servers give now. */
export async function addressesOf(url: string): Promise<readonly string[]> {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(`${host}.`), resolver.resolve6(`${host}.`)]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
