import { databaseVariables, defineConfig, eventLogVariables, sealingVariables, serviceVariables, variable } from '@toolplane/config';
import { Type } from 'typebox';

export const executionConfig = defineConfig({
  service: serviceVariables({ name: 'execution', port: 8083 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  sealing: sealingVariables(),
  requestDigestKey: variable({
    env: 'REQUEST_DIGEST_KEY',
    doc: 'Key of the hash that tells one request from another; the same as in validation.',
    schema: Type.String({ minLength: 32 }),
    secret: true,
  }),
  lease: {
    startWithinMs: variable({
      env: 'START_WITHIN_MS',
      doc: 'How long a worker may take to begin an attempt, in milliseconds. Workers remember twice as long: change it everywhere at once.',
      schema: Type.Integer({ minimum: 1_000, maximum: 600_000 }),
      default: 60_000,
    }),
    graceMs: variable({
      env: 'LEASE_GRACE_MS',
      doc: 'How much longer than the tool’s own time limit a report is waited for, in milliseconds.',
      schema: Type.Integer({ minimum: 1_000, maximum: 600_000 }),
      default: 10_000,
    }),
  },
  sweepEveryMs: variable({
    env: 'SWEEP_EVERY_MS',
    doc: 'Pause between two rounds of the sweep that ends executions whose worker was lost, in milliseconds.',
    schema: Type.Integer({ minimum: 100, maximum: 600_000 }),
    default: 5_000,
  }),
});
