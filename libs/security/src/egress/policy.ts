import ipaddr from 'ipaddr.js';
import type { EgressPolicy } from '@toolplane/contracts/documents';
import type { FieldError } from '@toolplane/contracts/errors';
import { canonicalUrl } from './canonical-url.js';

type AllowEntry = NonNullable<EgressPolicy['allow']>[number];
type PrivateEntry = NonNullable<EgressPolicy['private']>[number];

/** An `allow` entry, ready to be matched: `https://api.example.com`, `http://10.2.0.7:8080`, or `https://*.example.com` without its apex. */
export interface AllowRule {
  readonly scheme: 'http' | 'https';
  /** The host in its A-label form, or with `wildcard` its suffix, which begins with a dot. */
  readonly host: string;
  readonly wildcard: boolean;
  readonly port: number;
  readonly pathPrefix: string;
  /** Null here and below: not limited. */
  readonly methods: ReadonlySet<string> | null;
  readonly tenants: readonly string[] | null;
  readonly tools: ReadonlySet<string> | null;
  /** PEM file of the one authority that is trusted for this origin. */
  readonly caFile: string | null;
}

export interface PrivateRange {
  readonly range: readonly [ipaddr.IPv4 | ipaddr.IPv6, number];
  readonly ports: ReadonlySet<number>;
}

/** The operator’s `egress.json`, checked as a whole and ready to decide. */
export interface EgressRules {
  readonly default: 'public-https' | 'deny';
  readonly allow: readonly AllowRule[];
  /** Opened by range and port together; they count only for what an `allow` entry names. */
  readonly private: readonly PrivateRange[];
  /** The operator's egress proxy, which enforces again what is decided here; null: connections are direct. */
  readonly proxy: { readonly host: string; readonly port: number } | null;
}

export type CompiledEgressPolicy =
  { readonly ok: true; readonly rules: EgressRules } | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Shortest prefixes that open a range: shorter ones would open the internet's inside rather than a network. */
const SHORTEST_PREFIX = { ipv4: 8, ipv6: 7 } as const;

/** Checks and prepares the operator's policy. All faults are told together; with one fault nothing may be called. */
export function compileEgressPolicy(document: EgressPolicy): CompiledEgressPolicy {
  const errors: FieldError[] = [];
  const allow = (document.allow ?? []).map((entry, index) => compileEntry(entry, `/allow/${index}`, errors));
  const ranges = (document.private ?? []).map((entry, index) => compileRange(entry, `/private/${index}`, errors));
  const proxy = compileProxy(document.proxy, errors);
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, rules: { default: document.default, allow: allow.filter(isPresent), private: ranges.filter(isPresent), proxy } };
}

/** A proxy is reached in the clear, by a name or address of the operator's own network. */
function compileProxy(proxy: string | undefined, errors: FieldError[]): EgressRules['proxy'] {
  if (proxy === undefined) return null;
  const [, host, port] = /^http:\/\/([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([1-9][0-9]{0,4})\/?$/.exec(proxy) ?? [];
  if (host !== undefined && Number(port) <= 65535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  errors.push({ pointer: '/proxy', detail: 'a proxy is written as http://host:port, without credentials and path' });
  return null;
}

const isPresent = <T>(value: T | null): value is T => value !== null;

function compileEntry(entry: AllowEntry, pointer: string, errors: FieldError[]): AllowRule | null {
  const fault = (field: string, detail: string): null => {
    errors.push({ pointer: `${pointer}/${field}`, detail });
    return null;
  };
  const pathPrefix = entry.pathPrefix ?? '/';
  if (!pathPrefix.startsWith('/') || !pathPrefix.endsWith('/')) return fault('pathPrefix', 'a path prefix begins and ends with a slash');
  const [, scheme, rest] = /^(https?:\/\/)(.*)$/i.exec(entry.origin) ?? [];
  const wildcard = rest?.startsWith('*.') ?? false;
  const named = canonicalUrl(wildcard ? `${scheme}${rest?.slice(2)}` : entry.origin);
  if (named.verdict === 'deny') return fault('origin', originAdvice(entry.origin, named.reason));
  const { url } = named;
  if (url.path !== '/' || url.search !== '') return fault('origin', 'an origin is scheme, host and port; a path goes into pathPrefix');
  if (wildcard && (url.literal || !url.host.includes('.')))
    return fault('origin', 'a wildcard stands before at least two labels of a name');
  return {
    scheme: url.scheme,
    host: wildcard ? `.${url.host}` : url.host,
    wildcard,
    port: url.port,
    pathPrefix,
    methods: setOf(entry.methods?.map((method) => method.toUpperCase())),
    tenants: entry.tenants ?? null,
    tools: setOf(entry.tools),
    caFile: entry.caFile ?? null,
  };
}

const setOf = (values: readonly string[] | undefined): ReadonlySet<string> | null => (values ? new Set(values) : null);

/** Names with characters outside ASCII are taken as A-labels only; the message says which one, where there is no doubt. */
function originAdvice(origin: string, reason: string): string {
  if (/^\p{ASCII}*$/u.test(origin)) return reason;
  // ß, ς and the joiners give different hosts under IDNA 2003 and 2008.
  const ascii = /[ßς\u200c\u200d]/.test(origin) ? null : parsedOrigin(origin);
  return ascii?.includes('xn--') ? `write the host as an A-label: ${ascii}` : 'write the host as an A-label (xn--…)';
}

/** Not by `URL.canParse`: once it is compiled, Node 20 takes Latin-1 characters for broken UTF-8 in it. */
function parsedOrigin(text: string): string | null {
  try {
    return new URL(text).origin;
  } catch {
    return null;
  }
}

function compileRange(entry: PrivateEntry, pointer: string, errors: FieldError[]): PrivateRange | null {
  const fault = (field: string, detail: string): null => {
    errors.push({ pointer: `${pointer}/${field}`, detail });
    return null;
  };
  if (!/^[0-9a-f.:]+\/[0-9]{1,3}$/i.test(entry.cidr) || !ipaddr.isValidCIDR(entry.cidr))
    return fault('cidr', 'this is no range, for instance 10.2.0.0/16');
  const [address, bits] = ipaddr.parseCIDR(entry.cidr);
  const kind = address.kind();
  if (kind === 'ipv4' && !ipaddr.IPv4.isValidFourPartDecimal(entry.cidr.split('/', 1)[0] ?? ''))
    return fault('cidr', 'write all four numbers of the address');
  if (bits < SHORTEST_PREFIX[kind]) return fault('cidr', `a range has a prefix of at least /${SHORTEST_PREFIX[kind]}`);
  if (entry.ports.length === 0 || !entry.ports.every((port) => Number.isInteger(port) && port > 0 && port < 65536))
    return fault('ports', 'list the ports, 1 to 65535');
  return { range: [address, bits], ports: new Set(entry.ports) };
}
