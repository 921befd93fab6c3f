import { classifyAddress, type AddressClass } from './index.js';

/** Class, first and last address of a range, and what lies right before and behind it. */
const RANGES: readonly (readonly [AddressClass, first: string, last: string, before: AddressClass | null, behind: AddressClass])[] = [
  ['unspecified', '0.0.0.0', '0.255.255.255', null, 'public'],
  ['private', '10.0.0.0', '10.255.255.255', 'public', 'public'],
  ['carrier_grade_nat', '100.64.0.0', '100.127.255.255', 'public', 'public'],
  ['loopback', '127.0.0.0', '127.255.255.255', 'public', 'public'],
  ['cloud_service', '168.63.129.16', '168.63.129.16', 'public', 'public'],
  ['link_local', '169.254.0.0', '169.254.255.255', 'public', 'public'],
  ['private', '172.16.0.0', '172.31.255.255', 'public', 'public'],
  ['protocol_assignment', '192.0.0.0', '192.0.0.255', 'public', 'public'],
  ['documentation', '192.0.2.0', '192.0.2.255', 'public', 'public'],
  ['special_purpose', '192.31.196.0', '192.31.196.255', 'public', 'public'],
  ['special_purpose', '192.52.193.0', '192.52.193.255', 'public', 'public'],
  ['relay_6to4', '192.88.99.0', '192.88.99.255', 'public', 'public'],
  ['private', '192.168.0.0', '192.168.255.255', 'public', 'public'],
  ['special_purpose', '192.175.48.0', '192.175.48.255', 'public', 'public'],
  ['benchmark', '198.18.0.0', '198.19.255.255', 'public', 'public'],
  ['documentation', '198.51.100.0', '198.51.100.255', 'public', 'public'],
  ['documentation', '203.0.113.0', '203.0.113.255', 'public', 'public'],
  ['multicast', '224.0.0.0', '239.255.255.255', 'public', 'reserved'],
  ['reserved', '240.0.0.0', '255.255.255.254', 'multicast', 'broadcast'],
];

const shifted = (address: string, by: number): string => {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + by;
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
};
const classOf = (address: string): AddressClass => classifyAddress(address).class;

describe('the classes of addresses', () => {
  it.each(RANGES)('%s begins at %s and ends at %s', (kind, first, last, before, behind) => {
    expect([classOf(first), classOf(last)]).toEqual([kind, kind]);
    if (before) expect(classOf(shifted(first, -1))).toBe(before);
    expect(classOf(shifted(last, 1))).toBe(behind);
  });

  it.each<[AddressClass, readonly string[]]>([
    ['unspecified', ['::']],
    ['loopback', ['::1']],
    [
      'embedded_ipv4',
      ['::ffff:8.8.8.8', '::ffff:0:808:808', '::808:808', '64:ff9b::808:808', '64:ff9b:1:ffff::1', '2001::1', '2002:808:808::1'],
    ],
    ['embedded_ipv4', ['2606:4700::5efe:808:808', '2606:4700::200:5efe:808:808']],
    ['discard', ['100::', '100::ffff:ffff:ffff:ffff']],
    ['protocol_assignment', ['2001:1::1', '2001:20::1', '2001:1ff:ffff::1']],
    ['documentation', ['2001:db8::', '2001:db8:ffff::1', '3fff::1', '3fff:fff::1']],
    ['special_purpose', ['2620:4f:8000::1']],
    ['segment_routing', ['5f00::', '5f00:ffff::1']],
    ['unique_local', ['fc00::', 'fdff:ffff::1']],
    ['link_local', ['fe80::1', 'febf:ffff::1']],
    ['site_local', ['fec0::1', 'feff:ffff::1']],
    ['multicast', ['ff02::1', 'ffff::1']],
    ['reserved', ['4000::1', '1000::1', '5f01::1', 'fbff::1', 'fe7f::1', '100:0:0:1::', '64:ff9b:2::1']],
    ['public', ['2001:200::1', '2001:db9::1', '2003::1', '2606:2800:220:1::1', '2620:4f:8001::1', '3ffe::1', '3fff:1000::1', '2000::1']],
  ])('knows %s in %j', (kind, addresses) => {
    expect(addresses.map(classOf)).toEqual(addresses.map(() => kind));
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '1.2.3.256',
    'fe80::1%eth0',
    '[::1]',
    '::g',
    ' 1.2.3.4',
  ])('takes %j for no address', (text) => {
    expect(classOf(text)).toBe('invalid');
  });

  it('spells an address one way', () => {
    expect(classifyAddress('2606:2800:0220:0001:0000:0000:0000:0001')).toEqual({
      class: 'public',
      address: '2606:2800:220:1::1',
      family: 6,
    });
    expect(classifyAddress('93.184.216.34')).toEqual({ class: 'public', address: '93.184.216.34', family: 4 });
  });
});
