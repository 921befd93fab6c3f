import fc from 'fast-check';
import { REDACTED, redact, redactor } from './redact.js';
import { isSensitiveKey } from './sensitive-key.js';

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
};

describe('redaction by the schema', () => {
  it.each<[string, readonly string[], unknown, unknown, readonly string[]]>([
    ['a field', ['/key'], { key: 's', a: 1 }, { key: REDACTED, a: 1 }, ['/key']],
    ['a field of any type', ['/a', '/b', '/c', '/d'], { a: 1, b: null, c: { d: 1 }, d: [1] }, { a: REDACTED, b: REDACTED, c: REDACTED, d: REDACTED }, ['/a', '/b', '/c', '/d']],
    ['a field of every item', ['/list/*/key'], { list: [{ key: 1 }, {}, { key: 2 }] }, { list: [{ key: REDACTED }, {}, { key: REDACTED }] }, ['/list/0/key', '/list/2/key']],
    ['every member', ['/env/*'], { env: { A: 'x', 'b/c': 'y' } }, { env: { A: REDACTED, 'b/c': REDACTED } }, ['/env/A', '/env/b~1c']],
    ['items of items', ['/*/*'], [[1], [2]], [[REDACTED], [REDACTED]], ['/0/0', '/1/0']],
    ['one place of a list', ['/1'], ['a', 'b'], ['a', REDACTED], ['/1']],
    ['an escaped name', ['/a~1b~0c'], { 'a/b~c': 1 }, { 'a/b~c': REDACTED }, ['/a~1b~0c']],
    ['a name and a wildcard that meet', ['/*/x', '/a/y'], { a: { x: 1, y: 2 }, b: { y: 3 } }, { a: { x: REDACTED, y: REDACTED }, b: { y: 3 } }, ['/a/x', '/a/y']],
    ['the whole document', [''], { a: 1 }, REDACTED, ['']],
    ['nothing where nothing is', ['/a/b', '/list/*/c'], { a: 'text', list: 'text' }, { a: 'text', list: 'text' }, []],
    ['nothing inherited', ['/toString'], { a: 1 }, { a: 1 }, []],
  ])('replaces %s', (_title, pointers, value, expected, where) => {
    const result = redact(freeze(value), { pointers });
    expect(result.value).toEqual(expected);
    expect(result.redactions).toEqual(where.map((pointer) => ({ pointer, rule: 'schema' })));
    if (where.length === 0) expect(result.value).toBe(value);
  });

  it('names the place in the larger document', () => {
    expect(redact({ key: 's' }, { pointers: ['/key'], at: '/input' }).redactions).toEqual([{ pointer: '/input/key', rule: 'schema' }]);
  });

  it('keeps what is not touched as it is', () => {
    const value = freeze({ a: { deep: [1, 2] }, b: { key: 's', other: { x: 1 } } });
    const { value: copy } = redact(value, { pointers: ['/b/key'] });
    expect(copy.a).toBe(value.a);
    expect(copy.b.other).toBe(value.b.other);
    expect(copy.b).not.toBe(value.b);
  });
});

describe('redaction by key', () => {
  it.each([
    'password', 'PASSWORD', 'dbPassword', 'db_password', 'user-pwd', 'token', 'accessToken', 'access_token', 'X-Api-Key', 'apiKey', 'APIKey', 'apikey',
    'Authorization', 'proxy-authorization', 'Set-Cookie', 'clientSecret', 'client_secret', 'privateKey', 'AWS_SECRET_ACCESS_KEY', 'credentials', 'refresh_token_value',
  ])('takes %s for a secret', (key) => expect(isSensitiveKey(key)).toBe(true));

  it.each(['tokensUsed', 'maxOutputTokens', 'tokenizer', 'secretary', 'secretRef', 'author', 'key', 'keys', 'monkey', 'passage', 'compass', 'sessionId', 'text', ''])(
    'does not take %s for one',
    (key) => expect(isSensitiveKey(key)).toBe(false),
  );

  it('replaces texts, numbers and documents, and leaves null and booleans, which hold no secret', () => {
    const value = { password: 'x', nested: [{ token: 5, apiKey: { a: 1 }, secret: null, jwt: true }] };
    expect(redact(value, { keys: true })).toEqual({
      value: { password: REDACTED, nested: [{ token: REDACTED, apiKey: REDACTED, secret: null, jwt: true }] },
      redactions: [
        { pointer: '/password', rule: 'key' },
        { pointer: '/nested/0/token', rule: 'key' },
        { pointer: '/nested/0/apiKey', rule: 'key' },
      ],
    });
  });
});

describe('redaction by value', () => {
  const secret = 'c4n4ry/S3cr3t+"value"=?';
  it.each<[string, string]>([
    ['plain', secret],
    ['within a text', `the key ${secret} was refused`],
    ['percent-encoded', `https://x/?k=${encodeURIComponent(secret)}`],
    ['as JSON in a text', JSON.stringify({ key: secret })],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in Base64', Buffer.from(secret).toString('base64')],
    ['in Base64 behind a user name', Buffer.from(`u:${secret}`).toString('base64')],
    ['in Base64 behind another user name', Buffer.from(`me:${secret} and more`).toString('base64')],
    ['in the URL alphabet of Base64', Buffer.from(`abc:${secret}`).toString('base64url')],
  ])('finds it %s', (_title, text) => {
    expect(redact({ answer: [text] }, { values: [secret] })).toEqual({ value: { answer: [REDACTED] }, redactions: [{ pointer: '/answer/0', rule: 'value' }] });
  });

  it('finds it as a number and as a name', () => {
    const { value, redactions } = redact({ n: 12345678, 'x 12345678': 'a', '[redacted]': 'b' }, { values: ['12345678'] });
    expect(value).toEqual({ n: REDACTED, '[redacted]': 'b', '[redacted] 2': REDACTED });
    expect(redactions.map(({ pointer }) => pointer)).toEqual(['/n', '/[redacted] 2']);
  });

  it('takes a short one only for a whole text', () => {
    expect(redact({ a: 'ab', b: 'cabin', c: '' }, { values: ['ab', ''] }).value).toEqual({ a: REDACTED, b: 'cabin', c: '' });
  });

  it('lets none through, wherever it stands', () => {
    const encodings = [(s: string) => s, encodeURIComponent, (s: string) => Buffer.from(s).toString('base64'), (s: string) => Buffer.from(s).toString('hex')];
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 8 }), fc.string(), fc.constantFrom(...encodings), (around, head, canary, encode) => {
        const value = `${head}${canary}`;
        const text = JSON.stringify(redact([around, { [encode(value)]: encode(value), deep: [`a ${encode(value)}`] }], { values: [value] }).value);
        fc.pre(!JSON.stringify(around).includes(value) && !'redacted "deep"'.includes(value));
        for (const each of encodings) expect(text).not.toContain(each(value));
      }),
    );
  });
});

describe('redaction of what is sealed', () => {
  const sealed = { $sealed: 'a..b.c.d' };

  it('says no more than that something is there', () => {
    expect(redact({ a: sealed, list: [{ b: sealed }] }, { sealed: true })).toEqual({
      value: { a: REDACTED, list: [{ b: REDACTED }] }, redactions: [{ pointer: '/a', rule: 'schema' }, { pointer: '/list/0/b', rule: 'schema' }],
    });
    expect(redact({ token: sealed, key: sealed }, { sealed: true, keys: true, pointers: ['/key'] }).redactions.map(({ rule }) => rule)).toEqual(['key', 'schema']);
  });

  it('leaves what only looks like it, and everything where nobody asked', () => {
    const value = { a: { ...sealed, b: 1 }, c: { $sealed: 1 }, d: [sealed.$sealed] };
    expect(redact(value, { sealed: true }).value).toBe(value);
    expect(redact({ a: sealed }, { pointers: ['/b'] }).redactions).toEqual([]);
  });
});

describe('a random secret', () => {
  const secret = fc.string({ minLength: 8, unit: 'binary' }).filter((text) => !/^[\[\]a-z" ]*$/i.test(text) && !'redacted'.includes(text));
  const { document } = fc.letrec((tie) => ({
    document: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.constantFrom(null, true), fc.array(tie('document'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', 'c d', 'e/f'), tie('document'))),
  }));

  it('does not survive at any marked place, under any telling name, or as a value anywhere; the rest does', () => {
    fc.assert(
      fc.property(secret, document, document, (hidden, before, after) => {
        fc.pre(!JSON.stringify([before, after]).includes(JSON.stringify(hidden).slice(1, -1)));
        const value = { before, after, marked: [{ x: { deep: hidden } }, { x: hidden }], apiKey: { any: hidden }, echoed: `so ${hidden} came back`, sealed: { $sealed: hidden } };
        const { value: shown, redactions } = redact(value, { pointers: ['/marked/*/x'], keys: true, sealed: true, values: [hidden] });
        expect(JSON.stringify(shown)).not.toContain(JSON.stringify(hidden).slice(1, -1));
        expect(shown.before).toBe(before);
        expect(shown.after).toBe(after);
        expect(redactions.map(({ pointer, rule }) => `${pointer} ${rule}`)).toEqual(['/marked/0/x schema', '/marked/1/x schema', '/apiKey key', '/echoed value', '/sealed schema']);
      }),
    );
  });
});

describe('redaction of anything', () => {
  const prepared = redactor({ pointers: ['/a', '/*/b'], keys: true, values: ['canary'] });

  it('leaves its input alone, and done twice it changes nothing more', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'token', 'password'));
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.constantFrom(null, true, 'canary', REDACTED), fc.array(tie('document')), fc.dictionary(names, tie('document'))),
    }));
    fc.assert(
      fc.property(document, (value) => {
        const once = prepared(freeze(value));
        const twice = prepared(once.value);
        expect(twice.value).toBe(once.value);
        expect(twice.redactions).toEqual([]);
        expect(once.value === value).toBe(once.redactions.length === 0);
      }),
    );
  });

  it('gives a value without anything to hide back as it is', () => {
    const value = { text: 'hi', list: [{ n: 1 }] };
    expect(prepared(value)).toEqual({ value, redactions: [] });
    expect(prepared(value).value).toBe(value);
    expect(redact(value, {}).value).toBe(value);
  });
});
