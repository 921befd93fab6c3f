import { runWorker } from '@toolplane/provider-kit';
import { ownAddresses } from './connect/own-addresses.js';
import { dnsResolver } from './connect/resolve.js';
import { readEgressRules, watchedEgressRules } from './egress-rules.js';
import { httpProvider } from './http.js';
import { providerHttpConfig } from './provider-http.config.js';

await runWorker(({ egressFile, ownAddresses: ingress }) => {
  // Faults are told at the start, not at the first call.
  readEgressRules(egressFile);
  return httpProvider({ rules: watchedEgressRules(egressFile), resolve: dnsResolver(), ownAddresses: ownAddresses(ingress) });
}, providerHttpConfig);
