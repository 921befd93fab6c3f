import { databaseVariables, defineConfig, eventLogVariables, serviceVariables } from '@toolplane/config';

export const auditConfig = defineConfig({
  service: serviceVariables({ name: 'audit', port: 8084 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
});
