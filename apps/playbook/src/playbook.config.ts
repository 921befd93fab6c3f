import { databaseVariables, defineConfig, eventLogVariables, serviceVariables } from '@toolplane/config';
import { serviceUrlVariables } from '@toolplane/service-kit';

export const playbookConfig = defineConfig({
  service: serviceVariables({ name: 'playbook', port: 8089 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  services: serviceUrlVariables('registry', 'validation', 'execution'),
});
