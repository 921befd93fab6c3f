import { databaseVariables, defineConfig, eventLogVariables, sealingVariables, serviceVariables } from '@toolplane/config';
import { serviceUrlVariables } from '@toolplane/service-kit';

export const playbookConfig = defineConfig({
  service: serviceVariables({ name: 'playbook', port: 8089 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  sealing: sealingVariables(),
  services: serviceUrlVariables('registry', 'validation', 'execution'),
});
