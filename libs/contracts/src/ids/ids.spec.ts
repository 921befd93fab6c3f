import { deriveEventId, deriveExecutionId, newId } from './ids.js';

describe('ids', () => {
  it('derives the execution id that the interface promises', () => {
    expect(deriveExecutionId('demo', '/orders', 'order-17')).toBe('0910f337-bcfe-5d40-bebe-04bd023aed9b');
  });

  it('gives an equal id of another tenant another execution', () => {
    expect(deriveExecutionId('acme', '/orders', 'order-17')).not.toBe(deriveExecutionId('demo', '/orders', 'order-17'));
  });

  it('gives a repeated transition the same event id, and another transition another', () => {
    const execution = newId();
    expect(deriveEventId('demo', execution, 'terminal')).toBe(deriveEventId('demo', execution, 'terminal'));
    expect(deriveEventId('demo', execution, 'terminal')).not.toBe(deriveEventId('demo', execution, 'decided'));
  });
});
