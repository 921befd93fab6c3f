import type { Plays } from './play.js';
import { Destination, POLICY, World } from './world.js';

/** The destination shows this certificate; the operator's entry names the authority of the others, or none. */
const under = (certificate: string, authority = true): Plays[string] => ({
  run: async (world) => {
    const destination = await Destination.start(certificate);
    const elsewhere = new World(destination);
    const allow = (POLICY.allow ?? []).map(({ caFile, ...entry }) => ({ ...entry, ...(authority && caFile && { caFile }) }));
    elsewhere.policy = { ...POLICY, allow };
    try {
      const report = await elsewhere.call();
      world.dials.push(...elsewhere.dials);
      world.destination.requests.push(...destination.requests);
      return report;
    } finally {
      await elsewhere.close();
      await destination.close();
    }
  },
  code: 'UPSTREAM_REJECTED',
  reaches: 'dialled',
});

/** Vectors about certificates. */
export const CERTIFICATES: Plays = {
  'tls-01': under('authority', false),
  'tls-02': under('another'),
  'tls-03': under('expired'),
  'tls-04': under('address'),
  'tls-07': under('named'),
};
