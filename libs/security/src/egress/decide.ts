import ipaddr from 'ipaddr.js';
import { coversTenant } from '@toolplane/contracts/documents';
import { ALL_RULES, canonicalUrl, deny, type CanonicalUrl, type Refusal, type UrlRule, type WithoutRules } from './canonical-url.js';
import { classifyAddress, type AddressClass, type ClassifiedAddress } from './address-class.js';
import type { AllowRule, EgressRules } from './policy.js';

/** Who calls what: entries may be limited to tenants, tools and methods. */
export interface EgressCall {
  readonly tenant: string;
  readonly tool: { readonly id: string; readonly name: string };
  readonly method: string;
}

export type UrlDecision =
  | {
      readonly verdict: 'allow';
      readonly rule: 'allow_list' | 'public_https';
      readonly reason: string;
      readonly url: CanonicalUrl;
      /** The entry that allowed it; null for the default. Only an entry opens addresses that are not public. */
      readonly entry: AllowRule | null;
    }
  | Refusal<UrlRule | 'local_name' | 'ip_literal' | 'allow_list' | 'public_https'>;

/** Names of this machine: never looked up and never to be listed. */
const LOOPBACK_NAME = /(^|\.)(localhost|localdomain)$/;
/** Names that no public DNS answers for: they go nowhere unless an entry names them. */
const LOCAL_NAME = /(^[^.]+|\.(local|internal|intranet|private|corp|home|lan|svc|arpa|test|invalid|example|onion|alt))$/;

/**
 * Whether a call may be made to this URL: rules that need no look-up. Deny by default; an origin that an entry names is judged by
 * its entries alone, so that listing it narrows it.
 */
export function decideUrl(rules: EgressRules, raw: string, call: EgressCall, unsafeWithout: WithoutRules = ALL_RULES): UrlDecision {
  const read = canonicalUrl(raw, unsafeWithout);
  if (read.verdict === 'deny') return read;
  const { url } = read;
  const holds = (rule: string): boolean => !unsafeWithout.has(rule);
  if (holds('local_name') && LOOPBACK_NAME.test(url.host)) {
    return deny('local_name', 'names of this machine are not called; an entry names its address');
  }
  const named = rules.allow.filter((entry) => namesOrigin(entry, url));
  const entry = named.find((candidate) => covers(candidate, url, call, holds));
  if (entry) return { verdict: 'allow', rule: 'allow_list', reason: `an entry allows ${url.origin}${entry.pathPrefix}`, url, entry };
  if (named.length > 0) return deny('allow_list', `no entry for ${url.origin} covers this path, method, tenant and tool`);
  if (holds('ip_literal') && url.literal) return deny('ip_literal', 'an address is called only if an entry names it');
  if (holds('local_name') && LOCAL_NAME.test(url.host)) return deny('local_name', 'a local name is called only if an entry names it');
  if (holds('allow_list') && rules.default === 'deny') return deny('allow_list', `no entry names ${url.origin}`);
  if (holds('public_https') && (url.scheme !== 'https' || url.port !== 443)) {
    return deny('public_https', 'without an entry only HTTPS on port 443 is called');
  }
  return { verdict: 'allow', rule: 'public_https', reason: 'public HTTPS is allowed by default', url, entry: null };
}

const namesOrigin = (entry: AllowRule, url: CanonicalUrl): boolean =>
  entry.scheme === url.scheme &&
  entry.port === url.port &&
  (entry.wildcard ? !url.literal && url.host.endsWith(entry.host) : url.host === entry.host);

const covers = (entry: AllowRule, url: CanonicalUrl, { tenant, tool, method }: EgressCall, holds: (rule: string) => boolean): boolean =>
  (!holds('path_prefix') || url.path.startsWith(entry.pathPrefix)) &&
  (!holds('methods') || (entry.methods?.has(method) ?? true)) &&
  (!holds('tenants') || !entry.tenants || coversTenant(entry.tenants, tenant)) &&
  (!holds('tools') || !entry.tools || entry.tools.has(tool.name) || entry.tools.has(tool.id));

export interface AddressContext {
  readonly port: number;
  /** What `decideUrl` answered with. */
  readonly entry: AllowRule | null;
  /** Addresses of this host and of the platform’s public ingress, in the spelling of `classifyAddress`. */
  readonly own?: ReadonlySet<string>;
}

export type AddressDecision =
  | {
      readonly verdict: 'allow';
      readonly rule: 'public' | 'private_entry';
      readonly reason: string;
      readonly addresses: readonly ClassifiedAddress[];
    }
  | Refusal<'no_address' | 'own_address' | AddressClass>;

/** Classes that an operator's range and port can open. Nobody has business with the others. */
const OPENABLE: ReadonlySet<AddressClass> = new Set<AddressClass>([
  'public',
  'private',
  'loopback',
  'carrier_grade_nat',
  'link_local',
  'unique_local',
  'site_local',
  'cloud_service',
  'benchmark',
]);

/** Judges every address that a name resolved to. One bad address refuses them all: a mixed answer is an attack or a mistake. */
export function decideAddresses(
  rules: EgressRules,
  answers: readonly string[],
  context: AddressContext,
  unsafeWithout: WithoutRules = ALL_RULES,
): AddressDecision {
  if (answers.length === 0) return deny('no_address', 'the name has no address');
  const addresses = answers.map(classifyAddress);
  let opened = false;
  for (const address of addresses) {
    const own = !unsafeWithout.has('own_address') && (context.own?.has(address.address) ?? false);
    if ((address.class === 'public' || unsafeWithout.has(address.class)) && !own) continue;
    if (!isOpened(rules, address, context)) {
      return own
        ? deny('own_address', `${address.address} is this platform itself`)
        : deny(address.class, `${address.address} is ${address.class}`);
    }
    opened = true;
  }
  return opened
    ? { verdict: 'allow', rule: 'private_entry', reason: 'an entry opens this range and port', addresses }
    : { verdict: 'allow', rule: 'public', reason: 'every address is public', addresses };
}

function isOpened(rules: EgressRules, address: ClassifiedAddress, { port, entry }: AddressContext): boolean {
  if (!entry || !OPENABLE.has(address.class)) return false;
  const parsed = ipaddr.parse(address.address);
  return rules.private.some(
    ({ range: [network, bits], ports }) => ports.has(port) && network.kind() === parsed.kind() && parsed.match(network, bits),
  );
}
