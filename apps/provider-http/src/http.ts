import { readFileSync } from 'node:fs';
import { Endpoint, secretRefOf } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { defineProvider, WatchedFile, type Provider } from '@toolplane/provider-kit';
import { canonicalUrl, decideUrl, type AllowRule, type CanonicalUrl, type EgressRules } from '@toolplane/security/egress';
import { LRUCache } from 'lru-cache';
import type { ConnectParts } from './connect/connect.js';
import { egressDenied } from './connect/egress-denied.js';
import { authorize } from './request/authorize.js';
import { answeredAs, buildRequest } from './request/build-request.js';
import { Connections } from './send/connections.js';
import { send } from './send/send.js';

export interface HttpParts extends ConnectParts {
  /** Looked at for every attempt. */
  readonly rules: Pick<WatchedFile<EgressRules>, 'current'>;
}

const MOST_CA_FILES = 100;
/** A definition fixes scheme, host and port: what has a placeholder there goes nowhere, and is refused later. */
const ORIGIN = /^https?:\/\/[^/?{]+/i;

/** Calls the endpoint that a tool's definition fixes: built, judged, authorized, connected by the guard, sent once. */
export function httpProvider(parts: HttpParts): Provider<typeof Endpoint> {
  const connections = new Connections(parts);
  const authorities = new Authorities();
  return defineProvider({
    name: 'http',
    spec: Endpoint,
    origin: ({ url }) => ORIGIN.exec(url)?.[0].toLowerCase() ?? null,
    async invoke({ spec, payload, tool }, context) {
      const { tenantId: tenant, secret } = context;
      const built = buildRequest(spec, payload, context.idempotencyKey);
      const rules = await current(parts.rules);
      const decision = decideUrl(rules, built.url, { tenant, tool, method: built.method });
      if (decision.verdict === 'deny') throw egressDenied(decision);
      const { entry } = decision;
      const { origin } = decision.url;
      const request = await authorize(built, tool.auth, (reference) => secret(reference, origin));
      const url = request.url === built.url ? decision.url : withCredential(request.url);
      const key = tool.idempotent
        ? JSON.stringify([tenant, tool.id, origin, secretRefOf(tool.auth), entry && rules.allow.indexOf(entry)])
        : null;
      const lease = connections.open(key, { url, rules, entry, ca: await authorities.of(entry) });
      return send(lease, { request, url, answered: answeredAs(spec), remainingMs: context.remainingMs, signal: context.signal });
    },
    close: () => connections.close(),
  });
}

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
