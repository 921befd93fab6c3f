import fc from 'fast-check';
import { idempotencyKeyOf } from './call.js';

describe('the key of a call', () => {
  it('is the same for the same run, step and iteration, and readable where it can be', () => {
    expect(idempotencyKeyOf({ run: 'case-9', step: 'refund' })).toBe('6:case-9:refund:1');
    expect(idempotencyKeyOf({ run: 'case-9', step: 'refund', iteration: 2 })).toBe('6:case-9:refund:2');
    expect(idempotencyKeyOf({ idempotencyKey: 'mine' })).toBe('mine');
    expect(() => idempotencyKeyOf({ idempotencyKey: 'with space' })).toThrow(TypeError);
  });

  it('fits into a header whatever run and step are called, and is another one for another call', () => {
    const part = fc.oneof(fc.string(), fc.string({ minLength: 200, maxLength: 400 }), fc.constantFrom('a', 'a:1', '1', 'ä', ''));
    const identity = fc.record({ run: part, step: part, iteration: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(identity, identity, (a, b) => {
        const [left, right] = [idempotencyKeyOf(a), idempotencyKeyOf(b)];
        expect(left).toMatch(/^[\x21-\x7e]{1,255}$/);
        expect(left === right).toBe(a.run === b.run && a.step === b.step && a.iteration === b.iteration);
      }),
      { numRuns: 300 },
    );
  });
});
