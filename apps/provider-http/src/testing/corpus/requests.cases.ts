import { secretEncodings } from './secret-encodings.js';
import type { Play, Plays } from './play.js';
import { NAMED, ok, type World } from './world.js';

const header = (name: string, value = '{payload}'): Play => ({
  run: (world) => world.call({ spec: { headers: { [name]: { $from: '/payload/value' } } }, input: { value } }),
  code: 'PROVIDER_FAILED',
});
/** Each of these names is refused; the last one is reported. */
const headers = (...names: readonly string[]): Play => ({
  run: async (world) => {
    for (const name of names.slice(1)) {
      await expect(header(name).run(world)).resolves.toMatchObject({ error: { code: 'PROVIDER_FAILED', effect: 'none' } });
    }
    return header(names[0] ?? '').run(world);
  },
  code: 'PROVIDER_FAILED',
});
const value = (text: string): Play => ({ ...header('X-Note', text), code: 'REQUEST_INPUT_INVALID' });
const apiKey = { type: 'api_key', in: 'header', name: 'X-Api-Key', secretRef: 'the-key' } as const;
const body = ({ destination }: World, nth = 0): unknown => JSON.parse(destination.requests[nth]?.split('\r\n\r\n')[1] ?? 'null');
const posting = (template: unknown, input: Record<string, unknown>, check: Play['check']): Play => ({
  run: (world) => world.call({ spec: { method: 'POST', body: template }, input }),
  ...(check && { check }),
});
/** The environment names a proxy; the call does not take it. */
const environment = (variables: Record<string, string>): Play => ({
  run: async (world) => {
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      return await world.call();
    } finally {
      for (const name of Object.keys(variables)) if (before[name] === undefined) delete process.env[name];
    }
  },
  check: ({ dials }) => expect(dials.map(({ host, port }) => `${host}:${port}`)).toEqual(['93.184.216.34:443']),
});
const keyOf = (text: string): string | undefined => /idempotency-key: (\S+)/i.exec(text)?.[1];

/** Vectors about what is sent: headers, body, credentials, connections. */
export const REQUESTS: Plays = {
  'allow-list-match-13': header('X-HTTP-Method-Override', 'DELETE'),
  'connection-reuse-01': reuse({ tenantId: 'other' }),
  'connection-reuse-02': reuse({ tool: { idempotent: true, auth: apiKey } }),
  'header-injection-01': value('a\r\nX-Admin: 1'),
  'header-injection-03': headers('X Note', 'X:Note'),
  'header-injection-04': value('a\u560d\u560aX-Admin: 1'),
  'header-injection-05': headers('Host'),
  'header-injection-07': headers('Content-Length', 'Transfer-Encoding'),
  'header-injection-08': headers('Connection', 'Upgrade', 'TE', 'Trailer', 'Expect', 'Keep-Alive'),
  'header-injection-10': headers('X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Original-URL'),
  'proxy-env-02': environment({ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:1080', HTTPS_PROXY: 'http://127.0.0.1:1080' }),
  'proxy-env-03': environment({ ALL_PROXY: 'socks5://127.0.0.1:1080' }),
  'proxy-env-06': {
    run: (world) => world.call({ spec: { env: { NODE_OPTIONS: '--require /tmp/x.js', NODE_EXTRA_CA_CERTS: '/tmp/ca.pem' } } }),
    code: 'PROVIDER_FAILED',
  },
  'request-limits-01': {
    ...posting({ text: { $from: '/payload/text' } }, { text: 'x'.repeat(104_857_600) }, undefined),
    code: 'REQUEST_TOO_LARGE',
  },
  'request-limits-04': {
    run: (world) => {
      world.destination.behaviour = () => undefined;
      return world.call({ spec: { method: 'POST', body: {} }, tool: { timeoutMs: 200 } });
    },
    code: 'PROVIDER_TIMEOUT',
    reaches: 'answered',
    check: ({ destination }, report) => {
      expect(report.error).toMatchObject({ effect: 'possible', retryable: false });
      expect(destination.requests).toHaveLength(1);
    },
  },
  'request-limits-05': {
    run: async (world) => {
      const execution = {
        executionId: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e15',
        idempotencyKey: 'key-of-the-execution',
        spec: { method: 'POST', body: {} },
        tool: { idempotent: true },
      };
      world.destination.behaviour = (socket, _request, nth) =>
        void socket.write(nth === 0 ? 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n' : ok());
      await expect(world.call(execution)).resolves.toMatchObject({ status: 'failed' });
      return world.call({ ...execution, attempt: 2 });
    },
    check: ({ destination: { requests } }) => expect(requests.map(keyOf)).toEqual(['key-of-the-execution', 'key-of-the-execution']),
  },
  'secret-leak-02': {
    run: (world) => {
      const key = world.secrets['the-key']?.[NAMED] ?? '';
      world.destination.behaviour = (socket) => void socket.write(ok(JSON.stringify(secretEncodings(key))));
      return world.call({ tool: { auth: apiKey } });
    },
    check: (world, report) => {
      expect(world.destination.requests[0]).toContain(world.secrets['the-key']?.[NAMED]);
      for (const text of Object.values(report.output as object)) expect(text).toBe('[redacted]');
    },
  },
  'secret-leak-04': {
    run: async (world) => {
      world.destination.behaviour = (socket) => socket.destroy();
      await world.call({ tool: { auth: apiKey } });
      world.destination.behaviour = (socket) => void socket.write(ok());
      return world.call({ tool: { auth: apiKey } });
    },
    check: (world) => expect(JSON.stringify(world.reports)).not.toContain(world.secrets['the-key']?.[NAMED]),
  },
  'secret-leak-05': {
    run: (world) => world.call({ tool: { auth: apiKey } }),
    // What a preview could show of a call is what was decided: a reference.
    check: (world) => expect(JSON.stringify([apiKey, world.reports])).not.toContain(world.secrets['the-key']?.[NAMED]),
  },
  'secret-leak-06': {
    run: (world) => {
      world.policy = { ...world.policy, allow: [...(world.policy.allow ?? []), { origin: 'https://b.example.com' }] };
      return world.call({ spec: { url: 'https://b.example.com/v1/x' }, tool: { auth: apiKey } });
    },
    code: 'SECRET_NOT_BOUND',
  },
  'template-injection-02': posting({ text: { $from: '/payload/text' } }, { text: '${process.env.X} <%= 7*7 %>' }, (world) =>
    expect(body(world)).toEqual({ text: '${process.env.X} <%= 7*7 %>' }),
  ),
  'template-injection-03': posting({ name: { $from: '/payload/name' } }, { name: 'x","role":"admin' }, (world) =>
    expect(body(world)).toEqual({ name: 'x","role":"admin' }),
  ),
  'template-injection-04': {
    ...posting({ user: { $from: '/payload/user' } }, { user: JSON.parse('{"__proto__":{"admin":true}}') as object }, () =>
      expect(({} as { admin?: boolean }).admin).toBeUndefined(),
    ),
    code: 'REQUEST_INPUT_INVALID',
  },
  'template-injection-06': {
    run: async (world) => {
      const named = await world.call({ tool: { auth: { ...apiKey, secretRef: '{{secrets.other_tenant.key}}' } } });
      expect(named).toMatchObject({ status: 'failed', error: { effect: 'none' } });
      return world.call({ tool: { auth: { ...apiKey, secretRef: 'other-tenant-key' } } });
    },
    code: 'SECRET_NOT_BOUND',
  },
};

/** A connection that another tenant, or another credential, has used is not used again: two calls, two connections. */
function reuse(second: Parameters<World['call']>[0]): Play {
  return {
    run: async (world) => {
      world.policy = { ...world.policy, allow: (world.policy.allow ?? []).map(({ tenants: _tenants, ...rest }) => rest) };
      await world.call({ tool: { idempotent: true } });
      await world.call({ tool: { idempotent: true }, ...second });
      return world.call({ tool: { idempotent: true }, ...second });
    },
    check: ({ dials }) => expect(dials).toHaveLength(2),
  };
}
