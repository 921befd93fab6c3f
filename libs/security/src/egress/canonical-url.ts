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

/**
 * Reads a URL that is already canonical and refuses any other: WHATWG parsing is generous (`127.1`, full-width digits and
 * `https:/host` all reach somewhere), so whole families of tricks end here. Upper case in scheme and host and an explicit default
 * port are the only liberties.
 */
export function canonicalUrl(raw: string): { readonly verdict: 'allow'; readonly url: CanonicalUrl } | Refusal<UrlRule> {
  if (raw.length > MAX_URL_LENGTH) return deny('url_length', `the URL is longer than ${MAX_URL_LENGTH} characters`);
  if (!PRINTABLE.test(raw) || raw.includes('\\'))
    return deny('url_characters', 'only printable ASCII without backslash may stand in a URL');
  if (raw.includes('#')) return deny('url_fragment', 'a fragment has no meaning in a tool call');
  const shape = SHAPE.exec(raw);
  if (!shape) {
    return /^https?:/i.test(raw)
      ? deny('url_shape', 'the URL is not scheme://host/path')
      : deny('url_scheme', 'only http and https are called');
  }
  const scheme = shape[1]?.toLowerCase() === 'https' ? 'https' : 'http';
  const authority = shape[2] ?? '';
  if (authority.includes('@')) return deny('url_userinfo', 'user information may not stand in a URL');
  const split = HOST_AND_PORT.exec(authority);
  if (!split) return deny('url_host', 'the host is no A-label name and no address');
  if (split[2] !== undefined && !(PORT.test(split[2]) && Number(split[2]) <= 65535))
    return deny('url_port', 'the port is not 1 to 65535 in plain decimal');
  const host = canonicalHost((split[1] ?? '').toLowerCase());
  if (typeof host !== 'string') return host;
  const path = shape[3] ?? '/';
  const misstep = pathFault(path);
  if (misstep) return deny('url_path', misstep);
  const port = split[2] === undefined ? DEFAULT_PORTS[scheme] : Number(split[2]);
  const origin = port === DEFAULT_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
  const search = shape[4] ?? '';
  const href = `${origin}${path}${search}`;
  const parsed = URL.canParse(href) ? new URL(href).href : null;
  // The last word: a parser that reads it differently would also connect differently.
  if (parsed !== href) return deny('url_canonical', 'a URL parser reads the URL differently from how it is written');
  return { verdict: 'allow', url: { scheme, host, port, origin, path, search, href, literal: isLiteral(host) } };
}

/** Whether a canonical host is an address. */
const isLiteral = (host: string): boolean => host.startsWith('[') || DOTTED_QUAD.test(host);

function canonicalHost(given: string): string | Refusal<UrlRule> {
  if (given.startsWith('[')) {
    const href = `http://${given}/`;
    const parsed = URL.canParse(href) ? new URL(href).hostname : null;
    return parsed ?? deny('url_address_form', 'this is no IPv6 address');
  }
  const host = given.endsWith('.') ? given.slice(0, -1) : given;
  const labels = host.split('.');
  if (NUMBER_LABEL.test(labels.at(-1) ?? '')) {
    if (!DOTTED_QUAD.test(host)) return deny('url_address_form', 'an IPv4 address is written as four plain decimal numbers');
    return given === host ? host : deny('url_address_form', 'an address has no trailing dot');
  }
  if (host.length > 253 || !labels.every((label) => LABEL.test(label))) return deny('url_host', 'the host is not a sequence of DNS labels');
  return host;
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
