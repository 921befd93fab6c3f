import type { Endpoint } from '@toolplane/contracts/documents';
import { buildRequest } from './build-request.js';

const url = 'https://api.example.com/v1/users/{id}';
const built = (endpoint: Partial<Endpoint>, payload: Record<string, unknown>): ReturnType<typeof buildRequest> =>
  buildRequest({ url: 'https://api.example.com/v1/x', ...endpoint }, payload, 'key-1');
const refused = (code: string): unknown =>
  expect.objectContaining({ code, options: expect.objectContaining({ effect: 'none' }) as unknown });

describe('the request of an endpoint', () => {
  it.each([
    ['42', '42'],
    [42, '42'],
    [true, 'true'],
    ['42?admin=true', '42%3Fadmin%3Dtrue'],
    ['a b&c#d', 'a%20b%26c%23d'],
    ["it's (100%)*!", 'it%27s%20%28100%25%29%2A%21'],
    ['grün', 'gr%C3%BCn'],
    ['{name}', '%7Bname%7D'],
    ['x","role":"admin', 'x%22%2C%22role%22%3A%22admin'],
  ])('keeps %j within its path segment', (id, segment) => {
    expect(built({ url }, { id }).url).toBe(`https://api.example.com/v1/users/${segment}`);
  });

  it.each([
    '../../admin',
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2fadmin',
    '..%2fadmin',
    '%252e%252e',
    'a/b',
    'a\\b',
    'a%2fb',
    'a%255cb',
    '..;x',
    '',
    'a\0b',
    'a\r\nb',
    '%c0%ae%c0%ae',
    '\ud800',
    null,
    undefined,
    {},
    ['a'],
  ])('refuses %j as a path segment', (id) => {
    expect(() => built({ url }, { id })).toThrow(refused('REQUEST_INPUT_INVALID') as Error);
  });

  it('takes nothing for a placeholder that is no field of its own', () => {
    expect(() => built({ url: 'https://api.example.com/{constructor}' }, {})).toThrow(refused('REQUEST_INPUT_INVALID') as Error);
  });

  it('encodes query values, repeats arrays, leaves null out', () => {
    const query = { q: { $from: '/payload/q' }, tag: { $from: '/payload/tags' }, none: { $from: '/payload/none' }, fixed: 1 };
    const payload = { q: 'a&admin=1', tags: ['x', 'y z'], none: null };
    expect(built({ query }, payload).url).toBe('https://api.example.com/v1/x?q=a%26admin%3D1&tag=x&tag=y%20z&fixed=1');
    expect(built({ url: 'https://api.example.com/v1/x?a=b', query: { c: 'd' } }, {}).url).toBe('https://api.example.com/v1/x?a=b&c=d');
    expect(() => built({ query }, { ...payload, q: { deep: 1 } })).toThrow(refused('REQUEST_INPUT_INVALID') as Error);
    expect(() => built({ query }, {})).toThrow(refused('REQUEST_INPUT_INVALID') as Error);
  });

  it('builds the body as data, so that a value stays one value', () => {
    const body = { name: { $from: '/payload/name' }, list: [{ $from: '/payload/n' }] };
    const { body: text, headers } = built({ method: 'POST', body }, { name: 'x","role":"admin', n: 7 });
    expect(JSON.parse(text ?? '')).toEqual({ name: 'x","role":"admin', list: [7] });
    expect(headers['content-type']).toBe('application/json');
  });

  it('keeps expressions in values as they are', () => {
    expect(built({ method: 'POST', body: { $from: '/payload/v' } }, { v: '${process.env.X} <%= 7*7 %> {{secrets.x}}' }).body).toBe(
      '"${process.env.X} <%= 7*7 %> {{secrets.x}}"',
    );
  });

  it('refuses a body that grows beyond the limit', () => {
    const body = Array.from({ length: 4 }, () => ({ $from: '/payload/v' }));
    expect(() => built({ method: 'POST', body }, { v: 'x'.repeat(100_000) })).toThrow(refused('REQUEST_TOO_LARGE') as Error);
  });

  it('sends the idempotency key, and headers with the values of the payload', () => {
    expect(
      built(
        {
          headers: { 'X-Trace': { $from: '/payload/trace' }, 'X-Fixed': 'a b', 'X-None': { $from: '/payload/no', default: null } },
        },
        { trace: 't-1' },
      ).headers,
    ).toEqual({
      'user-agent': 'toolplane',
      accept: 'application/json',
      'x-trace': 't-1',
      'x-fixed': 'a b',
      'accept-encoding': 'gzip',
      'idempotency-key': 'key-1',
    });
  });

  it.each(['a\r\nX-Evil: 1', '\u560d\u560a', ' padded', 'tab\there', 'naïve', '\0'])('refuses the header value %j', (value) => {
    expect(() => built({ headers: { 'x-a': { $from: '/payload/v' } } }, { v: value })).toThrow(refused('REQUEST_INPUT_INVALID') as Error);
  });

  it.each([
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Keep-Alive',
    'X-Forwarded-For',
    'Forwarded',
    'X-Real-IP',
    'X-Original-URL',
    'X-HTTP-Method-Override',
    'Proxy-Authorization',
    'Authorization',
    'Cookie',
    'Idempotency-Key',
    'bad name',
    'bad:name',
    '__proto__ ',
  ])('refuses a definition that sets the header %s', (name) => {
    expect(() => built({ headers: { [name]: 'x' } }, {})).toThrow(refused('PROVIDER_FAILED') as Error);
  });
});
