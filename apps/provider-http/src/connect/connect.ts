import type { Socket } from 'node:net';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { decideAddresses, type AllowRule, type CanonicalUrl, type ClassifiedAddress, type EgressRules } from '@toolplane/security/egress';
import { dialChecked, dialTcp, secure, StrayedConnection, type Dial } from './dial.js';
import { egressDenied } from './egress-denied.js';
import type { OwnAddresses } from './own-addresses.js';
import { ProxyRefusal, tunnelThrough } from './proxy.js';
import type { Resolve } from './resolve.js';

/** From the look-up to the end of the TLS handshake. */
const CONNECT_MS = 5_000;
/** More addresses than these are checked, but not tried. */
const MOST_DIALLED = 4;

export interface ConnectParts {
  readonly resolve: Resolve;
  /** Addresses that are the platform itself. */
  readonly ownAddresses: OwnAddresses;
  /** Default 5 s. */
  readonly connectMs?: number;
  /** Default: over TCP. */
  readonly dial?: Dial;
}

/** Where to, and under which decision. */
export interface Target {
  readonly url: CanonicalUrl;
  readonly rules: EgressRules;
  readonly entry: AllowRule | null;
  readonly ca: string | undefined;
}

/** Nothing was sent: another attempt does no harm. */
const unreachable = (message: string, cause: unknown): ToolplaneError =>
  new ToolplaneError('UPSTREAM_UNAVAILABLE', { message, effect: 'none', retryable: true, cause });

/** Certificates do not mend themselves between two attempts. */
const untrusted = (cause: unknown): ToolplaneError =>
  new ToolplaneError('UPSTREAM_REJECTED', {
    message: 'The destination’s certificate is not trusted',
    effect: 'none',
    retryable: false,
    cause,
  });

/**
 * Resolves once, judges every address, dials the judged ones in turn, and hands over a connection on which nothing was written yet.
 * @throws ToolplaneError, each with effect `none`.
 */
export async function connect(target: Target, parts: ConnectParts): Promise<Socket> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error('connecting took too long')), parts.connectMs ?? CONNECT_MS);
  try {
    const addresses = await checkedAddresses(target, parts, deadline.signal);
    const socket = await dialFirst(addresses.slice(0, MOST_DIALLED), target, parts, deadline.signal);
    return await encrypted(socket, target, deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function checkedAddresses(
  { url, rules, entry }: Target,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<readonly ClassifiedAddress[]> {
  const answers = url.literal ? [url.host.replace(/^\[|\]$/g, '')] : await lookUp(url.host, parts.resolve, signal);
  const decision = decideAddresses(rules, answers, { port: url.port, entry, own: parts.ownAddresses() });
  if (decision.verdict === 'deny') {
    if (decision.rule === 'no_address') throw unreachable('The destination’s name has no address', new Error(decision.reason));
    throw egressDenied(decision);
  }
  return decision.addresses;
}

async function lookUp(host: string, resolve: Resolve, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const late = new Promise<never>((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    );
    return await Promise.race([resolve(host, signal), late]);
  } catch (cause) {
    throw unreachable('The destination’s name could not be looked up', cause);
  }
}

/** In the order of the answer; each gets its share of the time, so that a dead one leaves some for the next. */
async function dialFirst(
  addresses: readonly ClassifiedAddress[],
  { url, rules: { proxy } }: Target,
  { dial = dialTcp, connectMs = CONNECT_MS }: ConnectParts,
  signal: AbortSignal,
): Promise<Socket> {
  let last: unknown;
  for (const address of addresses) {
    try {
      const share = addresses.length === 1 ? signal : AbortSignal.any([signal, AbortSignal.timeout(connectMs / addresses.length)]);
      return await (proxy ? tunnelThrough(proxy, address, url.port, dial, share) : dialChecked(address, url.port, dial, share));
    } catch (error) {
      if (error instanceof StrayedConnection) throw egressDenied({ verdict: 'deny', rule: 'strayed', reason: error.message });
      if (error instanceof ProxyRefusal) throw egressDenied({ verdict: 'deny', rule: 'proxy', reason: error.message });
      last = error;
      if (signal.aborted) break;
    }
  }
  throw unreachable('The destination could not be reached', last);
}

async function encrypted(socket: Socket, { url, ca }: Target, signal: AbortSignal): Promise<Socket> {
  if (url.scheme === 'http') return socket;
  try {
    return await secure(socket, { host: url.host, literal: url.literal, ca }, signal);
  } catch (cause) {
    socket.destroy();
    throw isCertificateFault(cause) ? untrusted(cause) : unreachable('The destination did not complete the TLS handshake', cause);
  }
}

/** Node names faults of the chain by OpenSSL's words, and a wrong name by its own. */
const isCertificateFault = (cause: unknown): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/.test((cause as NodeJS.ErrnoException).code ?? '');
