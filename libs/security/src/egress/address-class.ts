import ipaddr from 'ipaddr.js';

/** What kind of address it is. Only `public` may be called without an operator's entry; `invalid` is no address at all. */
export type AddressClass =
  | 'public'
  | 'invalid'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'carrier_grade_nat'
  | 'link_local'
  | 'site_local'
  | 'unique_local'
  | 'cloud_service'
  | 'protocol_assignment'
  | 'documentation'
  | 'benchmark'
  | 'special_purpose'
  | 'relay_6to4'
  | 'multicast'
  | 'broadcast'
  | 'reserved'
  | 'discard'
  | 'segment_routing'
  | 'embedded_ipv4';

export interface ClassifiedAddress {
  readonly class: AddressClass;
  /** The one spelling of the address; what was given, where it is none. */
  readonly address: string;
  readonly family: 4 | 6;
}

/** First match wins. Ranges of the IANA special-purpose registries, and 168.63.129.16, a cloud’s service behind a public address. */
const IPV4: readonly (readonly [cidr: string, kind: AddressClass])[] = [
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier_grade_nat'],
  ['127.0.0.0/8', 'loopback'],
  ['168.63.129.16/32', 'cloud_service'],
  ['169.254.0.0/16', 'link_local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol_assignment'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'special_purpose'],
  ['192.52.193.0/24', 'special_purpose'],
  ['192.88.99.0/24', 'relay_6to4'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'special_purpose'],
  ['198.18.0.0/15', 'benchmark'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
];
const IPV6: readonly (readonly [cidr: string, kind: AddressClass])[] = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', 'embedded_ipv4'],
  ['::ffff:0:0:0/96', 'embedded_ipv4'],
  ['::/96', 'embedded_ipv4'],
  ['64:ff9b::/96', 'embedded_ipv4'],
  ['64:ff9b:1::/48', 'embedded_ipv4'],
  ['100::/64', 'discard'],
  ['2001::/32', 'embedded_ipv4'],
  ['2001::/23', 'protocol_assignment'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', 'embedded_ipv4'],
  ['2620:4f:8000::/48', 'special_purpose'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment_routing'],
  ['fc00::/7', 'unique_local'],
  ['fe80::/10', 'link_local'],
  ['fec0::/10', 'site_local'],
  ['ff00::/8', 'multicast'],
];
const V4_RANGES = IPV4.map(([cidr, kind]) => [ipaddr.IPv4.parseCIDR(cidr), kind] as const);
const V6_RANGES = IPV6.map(([cidr, kind]) => [ipaddr.IPv6.parseCIDR(cidr), kind] as const);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Names the class of an IP address. Notations other than the plain one, and zone ids, are `invalid`. */
export function classifyAddress(text: string): ClassifiedAddress {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    const address = ipaddr.IPv4.parse(text);
    const kind = V4_RANGES.find(([range]) => address.match(range))?.[1] ?? 'public';
    return { class: kind, address: address.toString(), family: 4 };
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return { class: 'invalid', address: text, family: 4 };
  const address = ipaddr.IPv6.parse(text);
  return { class: classOfIPv6(address), address: address.toString(), family: 6 };
}

function classOfIPv6(address: ipaddr.IPv6): AddressClass {
  const listed = V6_RANGES.find(([range]) => address.match(range))?.[1];
  if (listed) return listed;
  // Whatever IANA has not given out as global unicast is not the public internet.
  if (!address.match(GLOBAL_UNICAST)) return 'reserved';
  return isIsatap(address) ? 'embedded_ipv4' : 'public';
}

/** ISATAP hides an IPv4 address behind `0:5efe` or `200:5efe` in the interface id, under any prefix. */
const isIsatap = ({ parts }: ipaddr.IPv6): boolean => parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
