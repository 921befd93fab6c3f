import { readFileSync } from 'node:fs';
import { Endpoint, secretRefOf } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { defineProvider, WatchedFile, type Provider, type ProviderCall } from '@toolplane/provider-kit';
import { canonicalUrl, decideUrl, type AllowRule, type CanonicalUrl, type EgressRules } from '@toolplane/security/egress';
import { LRUCache } from 'lru-cache';
import type { ConnectParts } from './connect/connect.js';
import { egressDenied } from './connect/egress-denied.js';
import { tokenFailure, tokenOf, tokenRequest } from './oauth/token-request.js';
import { Tokens, type OAuth, type Token } from './oauth/tokens.js';
import { withKey, withToken } from './request/authorize.js';
import { answeredAs, buildRequest, type OutgoingRequest } from './request/build-request.js';
import { Connections } from './send/connections.js';
import { send, type Sending } from './send/send.js';

export interface HttpParts extends ConnectParts {
  /** Looked at for every attempt. */
  readonly rules: Pick<WatchedFile<EgressRules>, 'current'>;
}

const MOST_CA_FILES = 100;
const TOKEN_MS = 10_000;
/** A definition fixes scheme, host and port: what has a placeholder there goes nowhere, and is refused later. */
const ORIGIN = /^https?:\/\/[^/?{]+/i;

/** Calls the endpoint that a tool's definition fixes: built, judged, authorized, connected by the guard, sent once. */
export function httpProvider(parts: HttpParts): Provider<typeof Endpoint> {
  const connections = new Connections(parts);
  const authorities = new Authorities();
  const tokens = new Tokens();

  /** Where this request may go, under the policy of this moment. */
  const judged = async ({ method, url }: OutgoingRequest, { tool, tenantId }: Sender): Promise<Judged> => {
    const rules = await current(parts.rules);
    const decision = decideUrl(rules, url, { tenant: tenantId, tool, method });
    if (decision.verdict === 'deny') throw egressDenied(decision);
    return { rules, url: decision.url, entry: decision.entry };
  };
  const sent = async (
    request: OutgoingRequest,
    { rules, url, entry }: Judged,
    sender: Sender,
    how: Pick<Sending, 'answered' | 'signal' | 'remainingMs'>,
  ): Promise<unknown> => {
    const { tool, tenantId } = sender;
    const key = tool.idempotent
      ? JSON.stringify([tenantId, tool.id, url.origin, sender.credential, entry && rules.allow.indexOf(entry)])
      : null;
    const target = request.url === url.href ? url : withCredential(request.url);
    const lease = connections.open(key, { url: target, rules, entry, ca: await authorities.of(entry) });
    return send(lease, { request, url: target, ...how });
  };
  /** Buys a token under the same rules as any call. Others may wait for it too, so that it has a time limit of its own. */
  const bought = async (auth: OAuth, secret: string, sender: Sender): Promise<Token> => {
    const request = tokenRequest(auth, secret);
    try {
      const how = { answered: 'json', signal: AbortSignal.timeout(TOKEN_MS), remainingMs: TOKEN_MS } as const;
      return tokenOf(await sent(request, await judged(request, sender), { ...sender, credential: `token ${auth.secretRef}` }, how));
    } catch (error) {
      throw tokenFailure(error);
    }
  };

  return defineProvider({
    name: 'http',
    spec: Endpoint,
    origin: ({ url }) => ORIGIN.exec(url)?.[0].toLowerCase() ?? null,
    async invoke({ spec, payload, tool }, { tenantId, secret, conceal, idempotencyKey, remainingMs, signal }) {
      const request = buildRequest(spec, payload, idempotencyKey);
      const { auth } = tool;
      const sender: Sender = { tool, tenantId, credential: secretRefOf(auth) };
      const judgement = await judged(request, sender);
      const { origin } = judgement.url;
      const how = { answered: answeredAs(spec), remainingMs, signal };
      if (auth.type === 'none') return sent(request, judgement, sender, how);
      // The secret has to be meant for where the call goes, also where only a token of it goes there.
      const value = await secret(auth.secretRef, origin);
      if (auth.type === 'api_key') return sent(withKey(request, auth, value), judgement, sender, how);
      const owner = { tenantId, toolId: tool.id, auth, secret: await secret(auth.secretRef, originOf(auth.tokenUrl)) };
      const withOne = async (): Promise<{ readonly token: Awaited<ReturnType<Tokens['of']>>; readonly request: OutgoingRequest }> => {
        const token = await tokens.of(owner, () => bought(auth, owner.secret, sender));
        conceal(token.value);
        return { token, request: withToken(request, token.value) };
      };
      const first = await withOne();
      try {
        return await sent(first.request, judgement, sender, how);
      } catch (error) {
        // Revoked before its time: the call was refused unread, and is made once more with a new token.
        if (!first.token.kept || !isUnauthorized(error)) throw error;
        tokens.forget(owner, first.token.value);
        return sent((await withOne()).request, judgement, sender, how);
      }
    },
    close: () => connections.close(),
  });
}

/** Whose request it is, and with which credential: connections are kept apart by it. */
interface Sender {
  readonly tool: ProviderCall['tool'];
  readonly tenantId: string;
  readonly credential: string | null;
}

interface Judged {
  readonly rules: EgressRules;
  readonly url: CanonicalUrl;
  readonly entry: AllowRule | null;
}

const isUnauthorized = (error: unknown): boolean => error instanceof ToolplaneError && error.options.httpStatus === 401;
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');

async function current(rules: HttpParts['rules']): Promise<EgressRules> {
  try {
    return await rules.current();
  } catch (cause) {
    throw new ToolplaneError('EGRESS_DENIED', { cause });
  }
}

/** A credential in the query changes nothing that was judged, except the length. */
function withCredential(url: string): CanonicalUrl {
  const read = canonicalUrl(url);
  if (read.verdict === 'deny') throw egressDenied(read);
  return read.url;
}

/** Certificates of `caFile`, read again when they have changed. */
class Authorities {
  readonly #files = new LRUCache<string, WatchedFile<string>>({ max: MOST_CA_FILES });

  async of(entry: AllowRule | null): Promise<string | undefined> {
    const path = entry?.caFile;
    if (!path) return undefined;
    let file = this.#files.get(path);
    if (!file) {
      file = new WatchedFile(path, (at) => readFileSync(at, 'utf8'));
      this.#files.set(path, file);
    }
    try {
      return await file.current();
    } catch (cause) {
      throw new ToolplaneError('EGRESS_DENIED', { cause });
    }
  }
}
