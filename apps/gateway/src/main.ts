import { startService } from '@toolplane/service-kit';
import { gatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

await startService(GatewayModule, gatewayConfig);
