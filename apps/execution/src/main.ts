import { startService } from '@toolplane/service-kit';
import { executionConfig } from './execution.config.js';
import { ExecutionModule } from './execution.module.js';

await startService(ExecutionModule, executionConfig);
