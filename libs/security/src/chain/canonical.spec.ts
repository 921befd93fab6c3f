import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonical } from './canonical.js';
import { digest, keyedDigest, keyedDigestOf, sha256 } from './digest.js';

describe('the canonical form', () => {
  it.each([
    ['orders members by UTF-16 units', { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'],
    ['orders numeric names as text', { 10: 'a', 9: 'b', a: { 2: 1, 11: 2 } }, '{"10":"a","9":"b","a":{"11":2,"2":1}}'],
    ['writes numbers as ECMAScript does', [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0], '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]'],
    ['escapes only what must be', ['\u20ac$\u000f\nA\'B"\\\\"/'], '["€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"]'],
    ['leaves undefined members out', { b: undefined, a: [undefined], c: { d: undefined } }, '{"a":[null],"c":{}}'],
    ['asks a value for its JSON', { b: 1, a: new Date(0) }, '{"a":"1970-01-01T00:00:00.000Z","b":1}'],
    ['keeps a lone surrogate as its escape', { b: '\ud800', a: 1 }, '{"a":1,"b":"\\ud800"}'],
  ])('%s', (_title, value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it.each([[Infinity], [[NaN]], [{ b: { c: -Infinity }, a: 1 }], [{ a: Infinity }]])('has no text for %p', (value) => {
    expect(() => canonical(value)).toThrow(RangeError);
  });

  it('is the one of the reference implementation, for every document', () => {
    const text = fc.string({ unit: 'grapheme' });
    const names = fc.oneof(text, fc.constantFrom('1', '10', '9', 'a', 'B', 'é', '\u{1f600}', '\ufb33', '__proto__'));
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { maxDepth: 5 },
        fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), text, fc.boolean(), fc.constant(null),
        fc.array(tie('document'), { maxLength: 5 }), fc.dictionary(names, tie('document'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(fc.property(document, (value) => expect(canonical(value)).toBe(canonicalize(value))), { numRuns: 2_000 });
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(digest(turned)).toBe(digest(value));
      }),
    );
  });
});

describe('digests', () => {
  it('are the published ones', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('grüße')).toBe(sha256(Buffer.from('grüße').toString()));
    expect(keyedDigestOf('Jefe', 'what do ya want for nothing?')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('differ by key', () => {
    expect(keyedDigest('one', { a: 1 })).not.toBe(keyedDigest('two', { a: 1 }));
    expect(keyedDigest('one', { a: 1, b: 2 })).toBe(keyedDigest('one', { b: 2, a: 1 }));
  });
});
