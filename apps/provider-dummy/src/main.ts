import { runWorker } from '@toolplane/provider-kit';
import { dummy } from './dummy.js';
import { providerDummyConfig } from './provider-dummy.config.js';

await runWorker(dummy, providerDummyConfig);
