import { readFileSync } from 'node:fs';
import type { EgressPolicy } from '@toolplane/contracts/documents';

/** The policy that the corpus assumes: three tools, each with its entry. */
export const CORPUS_POLICY: EgressPolicy = {
  default: 'deny',
  allow: [
    { origin: 'https://api.example.com', pathPrefix: '/v1/', methods: ['GET', 'POST'], tenants: ['demo'] },
    { origin: 'https://*.hooks.example.net', tools: ['tool-w'] },
    { origin: 'https://erp.corp.internal:8443', pathPrefix: '/api/', tools: ['tool-n'] },
  ],
  private: [{ cidr: '10.20.0.0/16', ports: [8443] }],
};

/** Set-up vectors about URLs: id → what is asked of `decideUrl`. */
export const URL_SETUPS: Readonly<Record<string, readonly { url: string; method?: string; tenant?: string; tool?: string }[]>> = {
  'allow-list-match-12': [{ url: 'https://api.example.com/v1/x', method: 'DELETE' }],
  'allow-list-match-18': [{ url: 'https://api.example.com/v1/x', tenant: 'other' }],
  'dns-06': [{ url: 'https://intranet/v1/x' }],
  'dns-07': [{ url: 'https://localhost/v1/x' }, { url: 'https://sub.localhost/v1/x' }, { url: 'https://localhost.localdomain/v1/x' }],
  'dns-08': [{ url: 'https://kubernetes.default.svc/v1/x' }, { url: 'https://redis.internal/v1/x' }],
  'path-template-10': [
    { url: 'https://api.example.com/v1/users/..%2F..%2Fadmin' },
    { url: 'https://api.example.com/v1/users/../../admin' },
  ],
  'path-template-11': [{ url: `https://api.example.com/v1/users/${encodeURIComponent('%2e%2e%2fadmin')}` }],
  'path-template-13': [{ url: `https://api.example.com/v1/users/${encodeURIComponent('\0')}` }],
  'path-template-14': [{ url: `https://api.example.com/v1/users/${encodeURIComponent('42?admin=true')}` }],
  'path-template-17': [{ url: `https://api.example.com/v1/search?q=${encodeURIComponent('a&admin=1')}` }],
  'path-template-18': [{ url: 'https://evil.test/.example.com/' }],
  'path-template-19': [{ url: 'https://127.0.0.1/' }],
  'path-template-20': [{ url: `https://api.example.com/v1/${'x'.repeat(8200)}` }],
};

/** Set-up vectors about what a name resolves to, beyond “resolves to ADDRESS”: id → answers of the resolver. */
export const ADDRESS_SETUPS: Readonly<Record<string, readonly string[]>> = {
  'control-11': ['93.184.216.34', '2606:2800:220:1::1'],
  'dns-02': ['93.184.216.34', '10.0.0.1'],
  'dns-04': ['10.1.2.3'],
  'dns-09': ['10.0.0.1'],
  'dns-12': [...Array.from({ length: 999 }, (_, index) => `93.184.${index >> 8}.${index & 255}`), '192.168.0.1'],
  'dns-13': ['172.20.0.5'],
  'special-ranges-18': ['93.184.216.99'],
  'special-ranges-19': ['93.184.216.98'],
};
/** What `special-ranges-18` and `-19` take for the platform's ingress and an interface of the host. */
export const OWN_ADDRESSES: ReadonlySet<string> = new Set(['93.184.216.99', '93.184.216.98']);

/** Set-up vectors about writing an entry: id → the origin. */
export const ENTRY_SETUPS: Readonly<Record<string, string>> = {
  'allow-list-match-14': '*',
  'unicode-idna-10': 'https://bücher.example',
  'unicode-idna-11': 'https://faß.de',
};

/** Vectors that are not about URL or address, by category or id. All of them go through the worker in provider-http’s `testing/corpus`. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'allow-list-match-13': 'provider-http: headers',
  'allow-list-match-19': 'provider-http: the policy is read again at every attempt',
  'connection-reuse': 'provider-http: a connection per call',
  'content-type': 'provider-http: response mapping; escaping is the UI’s and the CLI’s',
  'control-12': 'provider-http: body limits',
  'control-13': 'provider-http: body limits',
  'dns-10': 'provider-http: the connect deadline covers the look-up',
  'header-injection': 'provider-http: headers',
  'proxy-env': 'provider-http: no proxy is read from the environment',
  redirect: 'provider-http: redirects are refused',
  'request-limits': 'validation caps payloads; execution owns retries',
  'response-body': 'provider-http: body limits',
  'response-headers': 'provider-http: undici’s strict parser',
  'response-timing': 'provider-http: deadlines',
  'secret-leak': 'provider-kit: redaction; provider-http: bound secrets',
  'template-injection': 'contracts: the template form',
  tls: 'provider-http: verification is always on',
};

export interface Vector {
  readonly id: string;
  readonly category: string;
  readonly url_or_setup: string;
  readonly expected: 'allow' | 'deny';
  readonly why: string;
}
export const corpus = JSON.parse(readFileSync(new URL('./fixtures/ssrf-corpus.json', import.meta.url), 'utf8')) as readonly Vector[];

export interface Question {
  readonly url: string;
  readonly method?: string;
  readonly tenant?: string;
  readonly tool?: string;
  readonly answers?: readonly string[];
}

/** What a vector asks of the guard; null when it is about something else. */
export function questionsOf({ id, url_or_setup: text }: Vector): readonly Question[] | null {
  const [, tool, toolUrl, , resolved] = /^tool ([WN]): (\S+)( \(resolver: (\S+)\))?$/.exec(text) ?? [];
  if (tool && toolUrl) return [{ url: toolUrl, tool: `tool-${tool.toLowerCase()}`, ...(resolved && { answers: [resolved] }) }];
  if (!text.startsWith('SETUP:')) return [{ url: text }];
  const answers = ADDRESS_SETUPS[id] ?? /resolves to ([0-9a-f.:]+)$/.exec(text)?.slice(1);
  return answers ? [{ url: 'https://api.example.com/v1/x', answers }] : (URL_SETUPS[id] ?? null);
}
