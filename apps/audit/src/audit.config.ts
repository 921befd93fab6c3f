import { databaseVariables, defineConfig, eventLogVariables, serviceVariables } from '@toolplane/config';
import { proofVariables } from './checkpoints/checkpoint-variables.js';

export const auditConfig = defineConfig({
  service: serviceVariables({ name: 'audit', port: 8084 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  proof: proofVariables(),
});
