import fc from 'fast-check';
import { generateApiKey, hashApiKey, parseApiKey, sameHash } from './api-key.js';

describe('an API key', () => {
  it('is read back as the one that was made', () => {
    const { key, prefix, hash } = generateApiKey();
    expect(key).toMatch(/^tp_[0-9A-Za-z]{57}$/);
    expect(parseApiKey(key)).toEqual({ prefix, hash });
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength(11);
    expect(hash).not.toContain(key);
  });

  it('has its form whatever the random bytes are', () => {
    for (const byte of [0, 1, 255]) expect(parseApiKey(generateApiKey((size) => new Uint8Array(size).fill(byte)).key)).not.toBeNull();
  });

  it('is never made twice', () => {
    const keys = Array.from({ length: 200 }, () => generateApiKey());
    expect(new Set(keys.map(({ key }) => key)).size).toBe(200);
    expect(new Set(keys.map(({ prefix }) => prefix)).size).toBe(200);
  });

  it('is refused after any change of a character', () => {
    const { key } = generateApiKey();
    fc.assert(
      fc.property(fc.integer({ min: 3, max: key.length - 1 }), fc.constantFrom(...'0Az9'), (at, character) => {
        fc.pre(key[at] !== character);
        expect(parseApiKey(key.slice(0, at) + character + key.slice(at + 1))).toBeNull();
      }),
    );
  });

  it.each(['', 'tp_', 'tp_short', 'Bearer x', `tp_${'a'.repeat(57)}`, `${generateApiKey().key} `, generateApiKey().key.toLowerCase(), 'x'.repeat(100_000)])(
    'is not %.20j',
    (text) => expect(parseApiKey(text)).toBeNull(),
  );

  it('is compared by hash', () => {
    const { key, hash } = generateApiKey();
    expect(sameHash(hashApiKey(key), hash)).toBe(true);
    expect(sameHash(hashApiKey(`${key}x`), hash)).toBe(false);
    expect(sameHash('', hash)).toBe(false);
  });
});
