import { workerConfig } from '@toolplane/provider-kit';

export const providerDummyConfig = workerConfig({ name: 'provider-dummy', port: 8086 });
