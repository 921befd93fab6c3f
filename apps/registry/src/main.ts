import { startService } from '@toolplane/service-kit';
import { registryConfig } from './registry.config.js';
import { RegistryModule } from './registry.module.js';

await startService(RegistryModule, registryConfig);
