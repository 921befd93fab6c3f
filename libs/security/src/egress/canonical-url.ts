/** A URL in the one form the guard judges and the connector dials. */
export interface CanonicalUrl {
  readonly scheme: 'http' | 'https';
  /** Lower case, without a trailing dot; an IPv6 literal stands in brackets. */
  readonly host: string;
  readonly port: number;
  /** Scheme, host and port; the default port is left out. */
  readonly origin: string;
  /** Begins with a slash. */
  readonly path: string;
  /** Empty, or begins with a question mark. */
  readonly search: string;
  readonly href: string;
  /** The host is an IP address, not a name. */
  readonly literal: boolean;
}

export type UrlRule =
  | 'url_length'
  | 'url_characters'
  | 'url_fragment'
  | 'url_scheme'
  | 'url_shape'
  | 'url_userinfo'
  | 'url_port'
  | 'url_host'
  | 'url_address_form'
  | 'url_path'
  | 'url_canonical';

export interface Refusal<Rule extends string> {
  readonly verdict: 'deny';
  readonly rule: Rule;
  /** For operators; it may describe the inside of a network. */
  readonly reason: string;
}

export const deny = <Rule extends string>(rule: Rule, reason: string): Refusal<Rule> => ({ verdict: 'deny', rule, reason });

export const MAX_URL_LENGTH = 8192;

const PRINTABLE = /^[\x21-\x7e]+$/;
const SHAPE = /^(https?):\/\/([^/?]+)(\/[^?]*)?(\?.*)?$/i;
const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(.*))?$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a URL parser takes for a number: such a host is an address, in whatever notation. */
const NUMBER_LABEL = /^([0-9]+|0x[0-9a-f]*)$/;
const DOTTED_QUAD = /^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$/;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** Rules that are turned off: for the spec that shows what each of them is good for, and for nothing else. */
export type WithoutRules = ReadonlySet<string>;
export const ALL_RULES: WithoutRules = new Set();

const authorityOf = (raw: string): string => SHAPE.exec(raw)?.[2] ?? '';
/** What is wrong with the text itself, in this order; the first one says so. */
const TEXT_RULES: readonly (readonly [rule: UrlRule, reason: string, broken: (raw: string) => boolean])[] = [
  ['url_length', `the URL is longer than ${MAX_URL_LENGTH} characters`, (raw) => raw.length > MAX_URL_LENGTH],
  ['url_characters', 'only printable ASCII without backslash may stand in a URL', (raw) => !PRINTABLE.test(raw) || raw.includes('\\')],
  ['url_fragment', 'a fragment has no meaning in a tool call', (raw) => raw.includes('#')],
  ['url_scheme', 'only http and https are called', (raw) => !/^https?:/i.test(raw)],
  ['url_shape', 'the URL is not scheme://host/path', (raw) => !SHAPE.test(raw)],
  ['url_userinfo', 'user information may not stand in a URL', (raw) => authorityOf(raw).includes('@')],
  ['url_host', 'the host is no A-label name and no address', (raw) => SHAPE.test(raw) && !HOST_AND_PORT.test(authorityOf(raw))],
  ['url_port', 'the port is not 1 to 65535 in plain decimal', (raw) => !isPort(HOST_AND_PORT.exec(authorityOf(raw))?.[2])],
];
const isPort = (text: string | undefined): boolean => text === undefined || (PORT.test(text) && Number(text) <= 65535);

/**
 * Reads a URL that is already canonical and refuses any other: WHATWG parsing is generous (`127.1`, full-width digits and
 * `https:/host` all reach somewhere), so whole families of tricks end here. Upper case in scheme and host and an explicit default
 * port are the only liberties.
 */
export function canonicalUrl(
  raw: string,
  unsafeWithout: WithoutRules = ALL_RULES,
): { readonly verdict: 'allow'; readonly url: CanonicalUrl } | Refusal<UrlRule> {
  const broken = TEXT_RULES.find(([rule, , isBroken]) => !unsafeWithout.has(rule) && isBroken(raw));
  if (broken) return deny(broken[0], broken[1]);
  const shape = SHAPE.exec(raw);
  const split = HOST_AND_PORT.exec(shape?.[2] ?? '');
  if (!shape || !split || !isPort(split[2])) return generousReading(raw);
  const scheme = shape[1]?.toLowerCase() === 'https' ? 'https' : 'http';
  const host = canonicalHost((split[1] ?? '').toLowerCase(), unsafeWithout);
  if (typeof host !== 'string') return host;
  const path = shape[3] ?? '/';
  const misstep = unsafeWithout.has('url_path') ? null : pathFault(path);
  if (misstep) return deny('url_path', misstep);
  const port = split[2] === undefined ? DEFAULT_PORTS[scheme] : Number(split[2]);
  const origin = port === DEFAULT_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
  const search = shape[4] ?? '';
  const href = `${origin}${path}${search}`;
  const parsed = URL.canParse(href) ? new URL(href).href : null;
  if (parsed === href) return { verdict: 'allow', url: { scheme, host, port, origin, path, search, href, literal: isLiteral(host) } };
  // The last word: a parser that reads it differently would also connect differently.
  return unsafeWithout.has('url_canonical')
    ? generousReading(raw)
    : deny('url_canonical', 'a URL parser reads the URL differently from how it is written');
}

/** What a URL parser makes of it: reached only where a rule is turned off. */
function generousReading(raw: string): ReturnType<typeof canonicalUrl> {
  if (!URL.canParse(raw)) return deny('url_shape', 'no URL parser can read it');
  const { protocol, hostname: host, port, origin, pathname: path, search, href } = new URL(raw);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return {
    verdict: 'allow',
    url: { scheme, host, port: port === '' ? DEFAULT_PORTS[scheme] : Number(port), origin, path, search, href, literal: isLiteral(host) },
  };
}

/** Whether a canonical host is an address. */
const isLiteral = (host: string): boolean => host.startsWith('[') || DOTTED_QUAD.test(host);

function canonicalHost(given: string, unsafeWithout: WithoutRules): string | Refusal<UrlRule> {
  if (given.startsWith('[')) {
    const href = `http://${given}/`;
    const parsed = URL.canParse(href) ? new URL(href).hostname : null;
    return parsed ?? deny('url_address_form', 'this is no IPv6 address');
  }
  const host = given.endsWith('.') ? given.slice(0, -1) : given;
  const labels = host.split('.');
  if (NUMBER_LABEL.test(labels.at(-1) ?? '')) {
    if (DOTTED_QUAD.test(host) && given === host) return host;
    if (unsafeWithout.has('url_address_form')) return URL.canParse(`http://${given}/`) ? new URL(`http://${given}/`).hostname : host;
    return deny('url_address_form', 'an IPv4 address is written as four plain decimal numbers, without a trailing dot');
  }
  const isName = host.length <= 253 && labels.every((label) => LABEL.test(label));
  return isName || unsafeWithout.has('url_host') ? host : deny('url_host', 'the host is not a sequence of DNS labels');
}

/** What is wrong with a path as it would be sent, or null. Looks two rounds of decoding deep: servers and proxies decode again. */
export function pathFault(path: string): string | null {
  if (path.includes('//')) return 'the path has an empty segment';
  if (/%(?![0-9a-f]{2})/i.test(path)) return 'the path has a broken escape';
  for (const segment of path.slice(1).split('/')) {
    const fault = segmentFault(segment);
    if (fault) return fault;
  }
  return null;
}

/** The same for one segment, also for a value before it is encoded into one. */
export function segmentFault(segment: string): string | null {
  let decoded: string | null = segment;
  for (let round = 0; round < 3; round += 1) {
    // `..;x` is a dot segment to servers that cut path parameters off.
    const [name] = decoded.split(';', 1);
    if (name === '.' || name === '..') return 'the path has a dot segment';
    if (/[/\\]/.test(decoded)) return 'a path segment hides a slash';
    if (/\p{Cc}/u.test(decoded)) return 'a path segment holds a control character';
    const next = decodeOnce(decoded);
    if (next === null) return 'a path segment has escapes that are not UTF-8';
    if (next === decoded) return null;
    decoded = next;
  }
  return null;
}

/** Null for escapes that are not UTF-8: `%c0%ae` is a dot to servers that are not strict. A lone `%` stands for itself. */
function decodeOnce(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return text.replace(/(%[0-9a-f]{2})+/gi, (escapes) => decodeURIComponent(escapes));
  } catch {
    return null;
  }
}
