import { ToolplaneError } from '@toolplane/contracts/errors';
import fc from 'fast-check';
import { CompactEncrypt, decodeProtectedHeader, importJWK } from 'jose';
import { isSealed, makeSealingKeys, MOST_SEALED_FIELDS, openPayload, repeatableSealing, SEALED, sealingOverhead, sealPayload } from './index.js';

const BINDING = { tenantId: 'demo', tool: 'echo' };
const NOW = await makeSealingKeys('2026-11');
const BEFORE = await makeSealingKeys('2026-05');
const SEALING = { keys: [BEFORE.sealing, NOW.sealing] };
const UNSEALING = { keys: [BEFORE.unsealing, NOW.unsealing] };

const seal = async (payload: Record<string, unknown>, pointers: readonly string[], binding = BINDING) => (await sealPayload(payload, pointers, binding, SEALING)).payload;
const open = (payload: Record<string, unknown>, pointers: readonly string[], binding = BINDING) => openPayload(payload, pointers, binding, UNSEALING);
const faultOf = async (opening: Promise<unknown>) => {
  const error: unknown = await opening.then(() => null, (thrown: unknown) => thrown);
  return error instanceof ToolplaneError ? { code: error.code, effect: error.toWire().effect, at: error.options.details?.[0]?.pointer, detail: error.options.details?.[0]?.detail } : error;
};
const sealedBy = async (header: Record<string, unknown>, plaintext: string) => {
  const all = { alg: 'ECDH-ES', enc: 'A256GCM', kid: '2026-11', tenant: 'demo', tool: 'echo', pointer: '/key', ...header };
  return { [SEALED]: await new CompactEncrypt(new TextEncoder().encode(plaintext)).setProtectedHeader(all).encrypt(await importJWK({ ...NOW.sealing }, 'ECDH-ES')) };
};

describe('sealing', () => {
  it('replaces what is marked by ciphertext to the newest key, and nothing else', async () => {
    const other = { deep: [1, 2] };
    const { payload, sealed } = await sealPayload({ key: 'S3cret', list: [{ pin: 1234, n: 1 }, {}, { pin: null }], other }, ['/key', '/list/*/pin', '/absent'], BINDING, SEALING);
    expect(sealed).toEqual(['/key', '/list/0/pin', '/list/2/pin']);
    expect(payload['other']).toBe(other);
    expect(payload).toMatchObject({ key: { [SEALED]: expect.any(String) }, list: [{ pin: { [SEALED]: expect.any(String) }, n: 1 }, {}, { pin: { [SEALED]: expect.any(String) } }] });
    expect(JSON.stringify(payload)).not.toMatch(/S3cret|1234|null/);
    const header = decodeProtectedHeader((payload['key'] as { $sealed: string })[SEALED]);
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM', kid: '2026-11', tenant: 'demo', tool: 'echo', pointer: '/key' });
  });

  it('gives a payload without anything to seal back as it is', async () => {
    const payload = { a: 1 };
    expect((await sealPayload(payload, [], BINDING, SEALING)).payload).toBe(payload);
    expect((await sealPayload(payload, ['/b/c', '/a/d'], BINDING, SEALING)).payload).toBe(payload);
  });

  it('seals every member where all of the payload is marked', async () => {
    expect(Object.values(await seal({ a: 1, b: { c: 2 } }, [''])).every(isSealed)).toBe(true);
  });

  it('keeps what its sender has sealed', async () => {
    const once = await seal({ key: 'x' }, ['/key']);
    expect((await sealPayload(once, ['/key'], BINDING, SEALING)).payload).toBe(once);
    expect((await sealPayload(once, ['/key'], BINDING, SEALING)).sealed).toEqual(['/key']);
  });

  it('seals what only claims to be sealed: it may hold the secret itself', async () => {
    for (const value of [{ [SEALED]: 'my password' }, { [SEALED]: 1 }, { [SEALED]: 'a.b.c.d.e', more: 1 }]) {
      expect(JSON.stringify(await seal({ key: value }, ['/key']))).not.toMatch(/my password|more/);
    }
  });

  it('seals a marked field inside of a marked one with it, and opens one that its sender had sealed inside', async () => {
    const inner = await seal({ a: { b: 'x', c: 1 } }, ['/a/b']);
    const both = await seal(inner, ['/a', '/a/b']);
    expect(isSealed(both['a'])).toBe(true);
    expect((await open(both, ['/a', '/a/b'])).payload).toEqual({ a: { b: 'x', c: 1 } });
  });

  it('refuses more fields than a payload may have, rather than to take for ever', async () => {
    const list = Array.from({ length: MOST_SEALED_FIELDS + 1 }, () => 'x');
    expect(await faultOf(seal({ list }, ['/list/*']))).toMatchObject({ code: 'REQUEST_TOO_LARGE', at: `/list/${MOST_SEALED_FIELDS}` });
    expect(await faultOf(seal({ key: 'x'.repeat(300_000) }, ['/key']))).toMatchObject({ code: 'REQUEST_TOO_LARGE', at: '/key' });
  });

  it('knows by how much a payload grew', async () => {
    for (const value of ['', 'x', { a: [1, 'ü'] }, 'y'.repeat(100_000)]) {
      const { key } = await seal({ key: value }, ['/key']);
      expect(JSON.stringify({ key }).length - '{"key":}'.length - sealingOverhead({ key })).toBe(Buffer.byteLength(JSON.stringify(value)));
    }
  });
});

describe('opening', () => {
  const documents = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.string({ unit: 'binary' }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(null, true, false), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', '*', 'x/y', 'm~n'), tie('value'), { maxKeys: 3 })),
  }));
  const pointers = fc.uniqueArray(fc.constantFrom('/a', '/b', '/*', '/a/*', '/a/b', '/x~1y', '/*/m~0n', ''), { minLength: 1, maxLength: 4 });

  it('gives back whatever was sealed, wherever it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'x/y', '*'), documents.value), pointers, async (payload, places) => {
        const clear = JSON.parse(JSON.stringify(payload)) as Record<string, unknown>;
        const sealed = await seal(clear, places);
        expect((await open(sealed, places)).payload).toEqual(clear);
        expect(await seal(sealed, places)).toBe(sealed);
      }),
      { numRuns: 60 },
    );
  });

  it('opens what any of the private keys opens, also what is sealed to the older one', async () => {
    const old = (await sealPayload({ key: 'x' }, ['/key'], BINDING, { keys: [BEFORE.sealing] })).payload;
    expect(await open(old, ['/key'])).toEqual({ payload: { key: 'x' }, secrets: ['x'] });
    expect(await faultOf(openPayload(old, ['/key'], BINDING, { keys: [NOW.unsealing] }))).toMatchObject({ code: 'SEALED_VALUE_INVALID', detail: expect.stringContaining('key') });
  });

  it('opens with either of two keys that were given one name', async () => {
    const twin = { ...BEFORE.unsealing, kid: '2026-11' };
    for (const keys of [[twin, NOW.unsealing], [NOW.unsealing, twin]]) {
      expect((await openPayload(await seal({ key: 'x' }, ['/key']), ['/key'], BINDING, { keys })).payload).toEqual({ key: 'x' });
    }
  });

  it('needs keys only for what is sealed', async () => {
    expect(await openPayload({ key: 'x' }, ['/key'], BINDING, null)).toEqual({ payload: { key: 'x' }, secrets: ['x'] });
    expect(await faultOf(openPayload(await seal({ key: 'x' }, ['/key']), ['/key'], BINDING, null))).toMatchObject({ code: 'SEALING_NOT_CONFIGURED', at: '/key' });
    expect(await faultOf(sealPayload({ key: 'x' }, ['/key'], BINDING, null))).toMatchObject({ code: 'SEALING_NOT_CONFIGURED', at: '/key' });
    expect(await sealPayload({ a: 'x' }, ['/key'], BINDING, null)).toEqual({ payload: { a: 'x' }, sealed: [] });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['another tenant', async () => open(await seal({ key: 'x' }, ['/key']), ['/key'], { tenantId: 'acme', tool: 'echo' })],
    ['another tool', async () => open(await seal({ key: 'x' }, ['/key']), ['/key'], { tenantId: 'demo', tool: 'other' })],
    ['another member', async () => open({ key: (await seal({ note: 'x' }, ['/note']))['note'] }, ['/key'])],
    ['another item', async () => open({ key: ((await seal({ list: ['a', 'b'] }, ['/list/*']))['list'] as unknown[])[1] }, ['/key'])],
  ])('does not open what is moved to %s', async (_title, opening) => {
    expect(await faultOf(opening())).toEqual({ code: 'SEALED_VALUE_INVALID', effect: 'none', at: '/key', detail: 'is sealed for another tenant, tool or place' });
  });

  it.each<[string, () => unknown]>([
    ['a text that is none', () => ({ [SEALED]: 'my password' })],
    ['an invented one', () => ({ [SEALED]: 'eyJhbGciOiJub25lIn0..AA.BB.CC' })],
    ['another key under a known name', async () => (await sealPayload({ key: 'x' }, ['/key'], BINDING, { keys: [{ ...BEFORE.sealing, kid: '2026-11' }] })).payload['key']],
    ['another cipher', () => sealedBy({ enc: 'A128GCM' }, '"x"')],
    ['a compressed one', async () => ({ [SEALED]: `${Buffer.from(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256GCM', zip: 'DEF', kid: '2026-11', tenant: 'demo', tool: 'echo', pointer: '/key' })).toString('base64url')}..AA.BB.CC` })],
    ['one of what is no JSON', () => sealedBy({}, 'x')],
    ['one of another sealed form', () => sealedBy({}, '{"$sealed":"x"}')],
    ['one that is too large', () => ({ [SEALED]: `a..b.${'c'.repeat(400_000)}.d` })],
  ])('refuses %s, and says nothing of what it holds', async (_title, forge) => {
    const fault = await faultOf(open({ key: await forge() }, ['/key']));
    expect(fault).toMatchObject({ code: 'SEALED_VALUE_INVALID', effect: 'none', at: '/key' });
    expect(JSON.stringify(fault)).not.toContain('my password');
  });

  it('refuses a forged form that was sealed at entry like any other value', async () => {
    expect(await faultOf(open(await seal({ key: { [SEALED]: 'my password' } }, ['/key']), ['/key']))).toMatchObject({ code: 'SEALED_VALUE_INVALID' });
  });

  it('refuses what was changed by a single character, wherever', async () => {
    const text = ((await seal({ key: 'x' }, ['/key']))['key'] as { $sealed: string })[SEALED];
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('A', 'z', '9', '.', '_'), async (at, character) => {
        fc.pre(text[at] !== character);
        const changed = `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
        // The last character of a base64url text may hold bits that mean nothing.
        fc.pre(!changed.split('.').every((part, i) => Buffer.from(part, 'base64url').equals(Buffer.from(text.split('.')[i] ?? '', 'base64url'))));
        expect(await faultOf(open({ key: { [SEALED]: changed } }, ['/key']))).toMatchObject({ code: 'SEALED_VALUE_INVALID' });
      }),
      { numRuns: 60 },
    );
  });

  it('takes a sealed form at a place that is not marked for what it is: data', async () => {
    const payload = { note: (await seal({ key: 'x' }, ['/key']))['key'] };
    expect(await open(payload, ['/key'])).toEqual({ payload, secrets: [] });
  });

  it('opens what an upstream sealed with a wrapped key', async () => {
    expect((await open({ key: await sealedBy({ alg: 'ECDH-ES+A256KW' }, '"x"') }, ['/key'])).payload).toEqual({ key: 'x' });
  });
});

describe('sealing that can be repeated', () => {
  const repeatable = repeatableSealing('a secret of the service, 32 bytes or more');
  const text = async (value: unknown, { of = 'execution-1', pointer = '/key', tool = 'echo', keys = SEALING } = {}) =>
    ((await sealPayload({ [pointer.slice(1)]: value }, [pointer], { tenantId: 'demo', tool }, keys, repeatable(of))).payload[pointer.slice(1)] as { $sealed: string })[SEALED];

  it('gives the same text for the same, in another process too', async () => {
    const first = await text({ b: 1, a: 'x' });
    expect(await text({ a: 'x', b: 1 })).toBe(first);
    const { payload } = await sealPayload({ key: { a: 'x', b: 1 } }, ['/key'], BINDING, SEALING, repeatableSealing('a secret of the service, 32 bytes or more')('execution-1'));
    expect(payload['key']).toEqual({ [SEALED]: first });
    expect((await open({ key: { [SEALED]: first } }, ['/key'])).payload).toEqual({ key: { a: 'x', b: 1 } });
  });

  it('takes another ephemeral key and another vector wherever anything is another', async () => {
    const texts = await Promise.all([
      text('x'), text('y'), text('x', { of: 'execution-2' }), text('x', { pointer: '/other' }), text('x', { tool: 'other' }), text('x', { keys: { keys: [BEFORE.sealing] } }),
      sealPayload({ key: 'x' }, ['/key'], BINDING, SEALING, repeatableSealing('another secret of the service, as long')('execution-1')).then(({ payload }) => (payload['key'] as { $sealed: string })[SEALED]),
    ]);
    const distinct = (of: (text: string) => unknown) => new Set(texts.map((each) => JSON.stringify(of(each)))).size;
    expect(distinct((each) => decodeProtectedHeader(each).epk)).toBe(texts.length);
    expect(distinct((each) => each.split('.')[2])).toBe(texts.length);
  });

  it('is not what an ordinary sealing gives, which never is the same', async () => {
    const [one, two] = await Promise.all([seal({ key: 'x' }, ['/key']), seal({ key: 'x' }, ['/key'])]);
    expect(one).not.toEqual(two);
  });
});
