import { startService } from '@toolplane/service-kit';
import { playbookConfig } from './playbook.config.js';
import { PlaybookModule } from './playbook.module.js';

await startService(PlaybookModule, playbookConfig);
