import { Resolver } from 'node:dns/promises';

/** Finds the addresses of an absolute name; empty where it has none. Rejects where nobody answers. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

const NO_ANSWER = new Set(['ENOTFOUND', 'ENODATA']);
const QUERY = { timeout: 2_000, tries: 2 };

/**
 * Asks the name servers themselves, for both families: no hosts file, no search domain, and none of the threads that `getaddrinfo` would
 * block, where a tenant's slow name server would hold up every other call.
 * @param servers in place of the system's.
 */
export const dnsResolver =
  (servers?: readonly string[]): Resolve =>
  async (host, signal) => {
    const resolver = new Resolver(QUERY);
    if (servers) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(`${host}.`), resolver.resolve6(`${host}.`)]);
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      const failed = answers.find(
        (answer) => answer.status === 'rejected' && !NO_ANSWER.has((answer.reason as NodeJS.ErrnoException).code ?? ''),
      );
      if (found.length === 0 && failed?.status === 'rejected') throw failed.reason;
      return found;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
