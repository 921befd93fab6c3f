import { startService } from '@toolplane/service-kit';
import { validationConfig } from './validation.config.js';
import { ValidationModule } from './validation.module.js';

await startService(ValidationModule, validationConfig);
