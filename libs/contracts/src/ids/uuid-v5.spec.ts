import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { uuidV5 } from './uuid-v5.js';

describe('uuidV5', () => {
  it('is the one of the specification', () => {
    expect(uuidV5('toolplane:demo /orders order-17')).toBe('0910f337-bcfe-5d40-bebe-04bd023aed9b');
  });

  it('is what the package uuid makes of every name', () => {
    const name = fc.oneof(fc.string(), fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ unit: 'binary', size: 'large' }));
    fc.assert(fc.property(name, (text) => expect(uuidV5(text)).toBe(v5(text, v5.URL))), { numRuns: 2_000 });
  });

  it('holds at every length around its blocks, and beyond its buffer', () => {
    for (const length of [...Array(200).keys(), 1_000, 4_080, 4_096, 20_000]) {
      const text = 'é'.repeat(length);
      expect(uuidV5(text)).toBe(v5(text, v5.URL));
      expect(uuidV5('short')).toBe(v5('short', v5.URL));
    }
  });
});
