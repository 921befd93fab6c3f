import { continueTrace, newTraceparent, parseTraceparent, traceIdOf } from './traceparent.js';

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('traceparent', () => {
  it('reads a valid one', () => {
    expect(parseTraceparent(GIVEN)).toEqual({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true });
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, GIVEN.toUpperCase(), `${GIVEN}-more`])('refuses %p', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it('continues a trace under a new span', () => {
    const next = continueTrace(GIVEN);
    expect(traceIdOf(next)).toBe(traceIdOf(GIVEN));
    expect(next).not.toBe(GIVEN);
  });

  it('starts a trace where there was none', () => {
    expect(traceIdOf(continueTrace(undefined))).toMatch(/^[0-9a-f]{32}$/);
    expect(parseTraceparent(newTraceparent())).not.toBeNull();
  });
});
