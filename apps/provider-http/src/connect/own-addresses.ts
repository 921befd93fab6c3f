import { networkInterfaces } from 'node:os';
import { classifyAddress } from '@toolplane/security/egress';

/** Addresses that lead back to this host or to the platform, in the spelling of `classifyAddress`. */
export type OwnAddresses = () => ReadonlySet<string>;

/** Interfaces change seldom, and asking the kernel costs as much as opening a connection. */
const LOOK_AGAIN_MS = 5_000;

/** @param ingress public addresses under which the platform is reached; those of this host are found by themselves. */
export function ownAddresses(ingress: readonly string[], monotonic: () => number = () => performance.now()): OwnAddresses {
  let known: ReadonlySet<string> = new Set();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (monotonic() - lookedAt < LOOK_AGAIN_MS) return known;
    const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
    // An address of link-local scope is told with its zone.
    known = new Set([...interfaces, ...ingress].map((address) => classifyAddress(address.split('%', 1)[0] ?? '').address));
    lookedAt = monotonic();
    return known;
  };
}
