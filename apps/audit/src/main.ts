import { startService } from '@toolplane/service-kit';
import { auditConfig } from './audit.config.js';
import { AuditModule } from './audit.module.js';

await startService(AuditModule, auditConfig);
