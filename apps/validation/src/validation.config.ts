import { databaseVariables, defineConfig, eventLogVariables, ingressVariables, sealingVariables, serviceVariables, variable, type Settings } from '@toolplane/config';
import { serviceUrlVariables } from '@toolplane/service-kit';
import { Type } from 'typebox';

export const validationConfig = defineConfig({
  service: serviceVariables({ name: 'validation', port: 8082 }),
  services: serviceUrlVariables('execution'),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  ingress: ingressVariables(),
  sealing: sealingVariables(),
  requestDigestKey: variable({
    env: 'REQUEST_DIGEST_KEY',
    doc: 'Key of the hash that tells one request from another; the same as in execution.',
    schema: Type.String({ minLength: 32 }),
    secret: true,
  }),
  approvalSweepEveryMs: variable({
    env: 'APPROVAL_SWEEP_EVERY_MS',
    doc: 'Pause between two looks for approvals that nobody answered in time or whose tool has changed, in milliseconds.',
    schema: Type.Integer({ minimum: 50, maximum: 600_000 }),
    default: 1_000,
  }),
});
export type ValidationConfig = Settings<typeof validationConfig>;
