import { databaseVariables, defineConfig, eventLogVariables, ingressVariables, serviceVariables, variable, type Settings } from '@toolplane/config';
import { Type } from 'typebox';

export const validationConfig = defineConfig({
  service: serviceVariables({ name: 'validation', port: 8082 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  ingress: ingressVariables(),
  requestDigestKey: variable({
    env: 'REQUEST_DIGEST_KEY',
    doc: 'Key of the hash that tells one request from another; the same as in execution.',
    schema: Type.String({ minLength: 32 }),
    secret: true,
  }),
});
export type ValidationConfig = Settings<typeof validationConfig>;
