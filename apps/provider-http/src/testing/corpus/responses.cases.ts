import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Play, Plays } from './play.js';
import { ok, type Behaviour, type World } from './world.js';

const MIB = 1_048_576;
const answering = (
  answer: string | Buffer | Behaviour,
  more: Partial<Play> & { readonly spec?: object; readonly tool?: object } = {},
): Play => {
  const { spec, tool, ...play } = more;
  return {
    run: (world) => {
      world.destination.behaviour = typeof answer === 'function' ? answer : (socket) => void socket.write(answer);
      return world.call({ spec, ...(tool && { tool }) });
    },
    reaches: 'answered',
    ...play,
  };
};
const invalid = (answer: string | Buffer | Behaviour, spec?: object): Play =>
  answering(answer, { code: 'PROVIDER_OUTPUT_INVALID', ...(spec && { spec }) });
const redirect = (status: number, location: string, code: Play['code'] = 'UPSTREAM_REJECTED'): Play =>
  answering(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`, { code: code ?? 'UPSTREAM_REJECTED' });
const json = (value: unknown): Buffer => ok(JSON.stringify(value));
const output =
  (expected: unknown): NonNullable<Play['check']> =>
  (_world, report) =>
    expect(report.output).toEqual(expected);
/** Writes a piece now and then, and never ends. */
const dripping =
  (head: string, drop: string): Behaviour =>
  (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 20);
    socket.on('close', () => clearInterval(timer));
  };
const late = { code: 'PROVIDER_TIMEOUT', tool: { timeoutMs: 300 } } as const;
const big = JSON.stringify('x'.repeat(900 * 1_024 - 2));

/** Vectors about what comes back. */
export const RESPONSES: Plays = {
  'content-type-01': invalid(ok('<html></html>', 'Content-Type: application/json\r\n')),
  'content-type-02': answering(ok('{"a":1}', 'Content-Type: text/html\r\n'), { spec: { response: 'text' }, check: output('{"a":1}') }),
  'content-type-05': answering(json({ text: '\u001b[31mred' }), { check: output({ text: '\u001b[31mred' }) }),
  'content-type-06': invalid(ok(Buffer.alloc(5 * MIB, 0xff), 'Content-Type: image/png\r\n')),
  'control-12': answering(ok(big), { check: output(JSON.parse(big)) }),
  'control-13': answering(ok(gzipSync(big), 'Content-Encoding: gzip\r\n'), { check: output(JSON.parse(big)) }),
  'redirect-01': redirect(302, 'http://169.254.169.254/'),
  'redirect-02': redirect(302, 'https://evil.test/'),
  'redirect-04': redirect(308, 'http://api.example.com/v1/x'),
  'redirect-06': redirect(302, '/\\127.0.0.1/'),
  'redirect-07': redirect(302, 'https://api.example.com@evil.test/'),
  'redirect-08': redirect(302, 'https://api.example.com/\r\nX-Injected: 1'),
  'redirect-11': redirect(302, '/admin'),
  'redirect-13': redirect(305, 'http://127.0.0.1:3128/'),
  'redirect-15': {
    run: async (world) => {
      world.destination.behaviour = (socket) => void socket.write(ok('{}', 'Alt-Svc: h2="127.0.0.1:8443"\r\n'));
      await world.call();
      return world.call();
    },
    check: ({ dials }) => expect(dials.map(({ host, port }) => `${host}:${port}`)).toEqual(['93.184.216.34:443', '93.184.216.34:443']),
  },
  'response-body-02': invalid('HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n'),
  'response-body-04': invalid(ok(brotliCompressSync(Buffer.alloc(64 * MIB)), 'Content-Encoding: br\r\n')),
  'response-body-05': invalid(ok(gzipSync(gzipSync(gzipSync('{}'))), 'Content-Encoding: gzip, gzip, gzip\r\n')),
  'response-body-07': invalid(ok(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)),
  'response-body-08': answering(ok('{"__proto__":{"admin":true},"constructor":1}'), {
    check: (_world, { output: got }) => {
      expect(Object.keys(got as object)).toEqual(['__proto__', 'constructor']);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    },
  }),
  // The stated rule: numbers are doubles. What is none is refused, what does not fit is rounded.
  'response-body-09': {
    run: async (world) => {
      await expect(invalid(ok('{"a":1e400}')).run(world)).resolves.toMatchObject({ error: { code: 'PROVIDER_OUTPUT_INVALID' } });
      return answering(ok('{"a":12345678901234567890}')).run(world);
    },
    check: output({ a: 12345678901234567000 }),
  },
  'response-body-10': answering(ok('{"a":1,"a":2}'), { check: output({ a: 2 }) }),
  'response-body-14': {
    run: async (world) => {
      world.destination.behaviour = (socket, _request, nth) =>
        void socket.write(nth === 0 ? 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"stolen"' : ok('"own"'));
      const tool = { idempotent: true };
      const first = await world.call({ tool });
      expect([first.output, first.error?.code ?? null]).not.toContain('stolen');
      const second = await world.call({ tool });
      expect(JSON.stringify(second)).not.toContain('stolen');
      return second;
    },
    check: output('own'),
  },
  'response-headers-03': invalid('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'),
  'response-headers-04': invalid('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
  'response-headers-06': invalid('<html>hello</html>\r\n'),
  'response-headers-07': {
    run: async (world) => {
      await expect(invalid('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n').run(world)).resolves.toMatchObject({
        error: { code: 'PROVIDER_OUTPUT_INVALID' },
      });
      return invalid('HTTP/1.1 0 OK\r\nContent-Length: 2\r\n\r\n{}').run(world);
    },
    code: 'PROVIDER_OUTPUT_INVALID',
    reaches: 'answered',
  },
  'response-headers-08': {
    run: async (world) => {
      world.destination.behaviour = (socket) => void socket.write(ok('{}', 'Set-Cookie: session=stolen; Path=/\r\n'));
      await world.call({ tool: { idempotent: true } });
      return world.call({ tool: { idempotent: true } });
    },
    check: ({ destination, reports }) => {
      expect(destination.requests.join()).not.toMatch(/cookie/i);
      expect(JSON.stringify(reports)).not.toContain('stolen');
    },
  },
  'response-timing-02': answering(dripping('HTTP/1.1 200 OK\r\n', 'X'), late),
  'response-timing-03': answering(dripping('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', ' '), late),
  'response-timing-04': {
    run: (world) => {
      world.connectMs = 100;
      world.silent = ['93.184.216.34'];
      return world.call();
    },
    code: 'UPSTREAM_UNAVAILABLE',
    reaches: 'dialled',
  },
  'response-timing-05': {
    run: (world) => {
      world.connectMs = 100;
      world.stalling = true;
      return world.call();
    },
    code: 'UPSTREAM_UNAVAILABLE',
    reaches: 'dialled',
  },
  'response-timing-06': answering((socket) => void setTimeout(() => socket.write(ok('"late"')), 400).unref(), {
    code: 'PROVIDER_TIMEOUT',
    tool: { timeoutMs: 200 },
    check: async ({ reports }: World) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(reports.map(({ status }) => status)).toEqual(['failed']);
    },
  }),
  'response-timing-09': invalid(dripping('', 'HTTP/1.1 103 Early Hints\r\n\r\n')),
  'response-timing-10': answering('HTTP/1.1 503 Busy\r\nRetry-After: 999999999\r\nContent-Length: 0\r\n\r\n', {
    code: 'UPSTREAM_UNAVAILABLE',
    check: (_world, { error }) => expect(error?.retryAfterMs).toBe(300_000),
  }),
};
