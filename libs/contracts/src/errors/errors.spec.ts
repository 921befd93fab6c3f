import { readFileSync } from 'node:fs';
import { DependencyDown, ERRORS, ToolplaneError, isErrorCode, wireError } from './index.js';

const all = Object.entries(ERRORS);

describe('the catalogue of errors', () => {
  it.each(all)('%s has a title, a remedy and a status that fit', (code, { title, remedy, status, retryable, effect }) => {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/\.$|\}\.$/);
    expect(status).toBeGreaterThanOrEqual(400);
    // Sent again without risk of doing it twice: not where the call may have happened.
    if (retryable) expect(effect).toBe('none');
  });

  it('is one family after the other, without a code twice', () => {
    const declared = ['request', 'policy', 'provider', 'platform', 'edge', 'records'].flatMap((family) =>
      [...readFileSync(new URL(`${family}.errors.ts`, import.meta.url), 'utf8').matchAll(/^ {2}([A-Z_]+): \{/gm)].map(([, code]) => code),
    );
    expect(new Set(declared).size).toBe(declared.length);
    expect(declared.sort()).toEqual(all.map(([code]) => code).sort());
  });

  it('knows its codes and no others', () => {
    expect(isErrorCode('KILL_SWITCH')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});

describe('ToolplaneError', () => {
  it('says what the catalogue says unless told otherwise', () => {
    expect(new ToolplaneError('UPSTREAM_REJECTED', { httpStatus: 404, message: 'it answered 404' }).toWire()).toEqual({
      code: 'UPSTREAM_REJECTED', message: 'it answered 404', retryable: false, effect: 'possible', retryAfterMs: null, httpStatus: 404, errors: [],
      remedy: ERRORS.UPSTREAM_REJECTED.remedy,
    });
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new ToolplaneError('INTERNAL', { cause }).cause).toBe(cause);
    expect(new DependencyDown('postgres', cause)).toMatchObject({ message: 'postgres cannot be reached', cause });
  });

  it('has a wire form without being thrown', () => {
    expect(wireError('EXPIRED')).toEqual(new ToolplaneError('EXPIRED').toWire());
  });
});
