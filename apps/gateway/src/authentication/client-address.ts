import { isIPv6 } from 'node:net';

/** A socket that listens on both families shows IPv4 addresses like this. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/;
const plain = (address: string): string => address.trim().replace(MAPPED, '');

/**
 * Who really sent a request: the socket's address, or, where that is a proxy the operator trusts, the last address in `X-Forwarded-For`
 * that is not one. What stands before it may be invented by the sender.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | undefined, trusted: ReadonlySet<string>): string {
  let address = plain(socketAddress);
  const hops = forwardedFor?.split(',').map(plain) ?? [];
  while (trusted.has(address)) {
    const before = hops.pop();
    if (before === undefined || before === '') break;
    address = before;
  }
  return address;
}

/** What a limit is counted by: one customer of a provider has a whole /64 of IPv6. */
export const limitKeyOf = (address: string): string => (isIPv6(address) ? address.split(':').slice(0, 4).join(':') : address);
