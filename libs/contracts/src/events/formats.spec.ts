import { isDateTime, isUuid } from './formats.js';

describe('formats', () => {
  it.each(['2026-11-20T18:30:00Z', '2026-11-20t18:30:00.123456789z', '2028-02-29T23:59:59+14:00', '0001-01-01T00:00:00-00:00'])('takes the moment %s', (text) => {
    expect(isDateTime(text)).toBe(true);
    expect(Number.isNaN(Date.parse(text.toUpperCase()))).toBe(false);
  });

  it.each([
    '', '2026-11-20', '2026-11-20T18:30:00', '2026-11-20 18:30:00Z', '2026-13-01T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '2026-01-01T00:00:00+16:00', '+12026-01-01T00:00:00Z',
  ])('refuses %j as a moment', (text) => {
    expect(isDateTime(text)).toBe(false);
  });

  it('takes UUIDs of any version and case, and nothing like them', () => {
    expect(isUuid('0910f337-bcfe-5d40-bebe-04bd023aed9b')).toBe(true);
    expect(isUuid('0193E3B1-7C40-7A52-9A51-0D6F2C1B8E10')).toBe(true);
    expect(isUuid('{0910f337-bcfe-5d40-bebe-04bd023aed9b}')).toBe(false);
    expect(isUuid('0910f337bcfe5d40bebe04bd023aed9b')).toBe(false);
  });
});
