import { compileEgressPolicy } from '@toolplane/security/egress';
import { resolving, url, type Play, type Plays } from './play.js';
import { NAMED, POLICY, PROXY_HOST, PUBLIC } from './world.js';

/** Such an entry is refused as a whole: while the policy has a fault, nothing is called. */
const entry = (origin: string, advice?: string): Play => ({
  run: (world) => {
    world.policy = { ...POLICY, allow: [{ origin }] };
    return world.call();
  },
  check: () => {
    const compiled = compileEgressPolicy({ ...POLICY, allow: [{ origin }] });
    expect(compiled).toMatchObject({ ok: false, errors: [{ detail: expect.stringContaining(advice ?? '') as unknown }] });
  },
});
/** Each of these is denied; the last one is reported. */
const all = (...urls: readonly string[]): Play => ({
  run: async (world) => {
    for (const text of urls.slice(1)) {
      await expect(world.call({ spec: { url: text } })).resolves.toMatchObject({ error: { code: 'EGRESS_DENIED', effect: 'none' } });
    }
    return world.call({ spec: { url: urls[0] } });
  },
});
const users = `${NAMED}/v1/users/{id}`;
const filled = (id: string, play: Partial<Play> = {}): Play => ({
  run: (world) => world.call({ spec: { url: users }, input: { id } }),
  code: 'REQUEST_INPUT_INVALID',
  ...play,
});
const target = (expected: string): Partial<Play> => ({
  check: ({ destination }) => expect(destination.requests[0]?.split(' ')[1]).toBe(expected),
});

/** Vectors about where a call goes: set-up entries; the others are called as they are written. */
export const DESTINATIONS: Plays = {
  'allow-list-match-12': { run: (world) => world.call({ spec: { method: 'DELETE' } }) },
  'allow-list-match-14': entry('*'),
  'allow-list-match-18': { run: (world) => world.call({ tenantId: 'other' }) },
  'allow-list-match-19': {
    run: async (world) => {
      const execution = { executionId: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e14', tool: { idempotent: true } };
      world.destination.behaviour = (socket) => void socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
      await expect(world.call(execution)).resolves.toMatchObject({ error: { code: 'UPSTREAM_UNAVAILABLE' } });
      world.policy = { ...POLICY, allow: [] };
      world.dials.length = 0;
      return world.call({ ...execution, attempt: 2 });
    },
  },
  'control-11': {
    run: (world) => {
      world.refusing = [PUBLIC];
      return resolving(PUBLIC, '2606:2800:220:1::1').run(world);
    },
    check: ({ dials }) => expect(dials.map(({ host }) => host)).toEqual([PUBLIC, '2606:2800:220:1::1']),
  },
  'dns-02': resolving(PUBLIC, '10.0.0.1'),
  'dns-04': resolving('10.1.2.3'),
  'dns-06': { ...all('https://intranet/v1/x'), check: ({ lookups }) => expect(lookups).toEqual([]) },
  'dns-07': all('https://localhost/v1/x', 'https://sub.localhost/v1/x', 'https://localhost.localdomain/v1/x'),
  'dns-08': all('https://kubernetes.default.svc/v1/x', 'https://redis.internal/v1/x'),
  'dns-09': resolving('10.0.0.1'),
  'dns-10': {
    run: (world) => {
      world.connectMs = 100;
      world.hosts = { 'api.example.com': new Promise<never>(() => undefined) };
      return world.call();
    },
    code: 'UPSTREAM_UNAVAILABLE',
  },
  'dns-12': resolving(...Array.from({ length: 999 }, (_, index) => `93.184.${index >> 8}.${index & 255}`), '192.168.0.1'),
  'dns-13': {
    run: async (world) => {
      await expect(world.call()).resolves.toMatchObject({ status: 'succeeded' });
      world.dials.length = 0;
      return resolving('172.20.0.5').run(world);
    },
  },
  'path-template-10': filled('../../admin'),
  'path-template-11': filled('%2e%2e%2fadmin'),
  'path-template-13': filled('\0'),
  'path-template-14': filled('42?admin=true', target('/v1/users/42%3Fadmin%3Dtrue')),
  'path-template-17': {
    run: (world) => world.call({ spec: { query: { q: { $from: '/payload/q' } } }, input: { q: 'a&admin=1' } }),
    ...target('/v1/x?q=a%26admin%3D1'),
  },
  'path-template-18': {
    run: (world) => world.call({ spec: { url: 'https://{region}.example.com/' }, input: { region: 'evil.test/' } }),
    code: 'PROVIDER_FAILED',
  },
  'path-template-20': filled('x'.repeat(8_200), { code: 'EGRESS_DENIED' }),
  'proxy-env-04': {
    run: (world) => {
      world.policy = { ...POLICY, proxy: `http://${PROXY_HOST}:4750` };
      return world.call();
    },
    check: ({ dials, tunnels }) => {
      expect(dials).toEqual([{ host: PROXY_HOST, port: 4750 }]);
      expect(tunnels).toEqual([`${PUBLIC}:443`]);
    },
  },
  'special-ranges-18': {
    run: (world) => {
      world.own = ['93.184.216.99'];
      return resolving('93.184.216.99').run(world);
    },
  },
  'special-ranges-19': {
    run: (world) => {
      world.own = ['93.184.216.98'];
      return resolving('93.184.216.98').run(world);
    },
  },
  'unicode-idna-10': entry('https://bücher.example', 'https://xn--bcher-kva.example'),
  'unicode-idna-11': entry('https://faß.de', 'A-label'),
};

/** A URL as it is written, what a name resolves to, or what tool W or N calls. */
export function plainPlay(text: string): Play | null {
  const [, tool, toolUrl, , resolved] = /^tool ([WN]): (\S+)( \(resolver: (\S+)\))?$/.exec(text) ?? [];
  if (tool && toolUrl) {
    return {
      run: (world) => {
        if (resolved) world.hosts = { 'erp.corp.internal': [resolved] };
        return world.call({ spec: { url: toolUrl }, tool: { name: `tool-${tool.toLowerCase()}` } });
      },
    };
  }
  const address = /resolves to ([0-9a-f.:]+)$/.exec(text)?.[1];
  if (address) return resolving(address);
  return text.startsWith('SETUP:') ? null : url(text);
}
