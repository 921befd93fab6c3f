import { clientAddress, limitKeyOf } from './client-address.js';

const PROXY = new Set(['10.0.0.1', '10.0.0.2']);

describe('clientAddress', () => {
  it.each([
    ['no proxy: the header is the sender’s invention', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a proxy: what it saw', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['what the sender put before it', '10.0.0.1', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['a mapped address', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ])('%s', (_, socket, forwardedFor, expected) => {
    expect(clientAddress(socket, forwardedFor, PROXY)).toBe(expected);
  });

  it('counts a /64 of IPv6 as one', () => {
    expect(limitKeyOf('2001:db8:1:2:3:4:5:6')).toBe(limitKeyOf('2001:db8:1:2:ffff::1'));
    expect(limitKeyOf('203.0.113.7')).not.toBe(limitKeyOf('203.0.113.8'));
  });
});
