import { defineConfig, eventLogVariables, serviceVariables, variable, type Settings } from '@toolplane/config';
import { edgeVariables, serviceUrlVariables } from '@toolplane/service-kit';
import { Type } from 'typebox';

export const gatewayConfig = defineConfig({
  service: serviceVariables({ name: 'gateway', port: 8080 }),
  edge: edgeVariables(),
  metricsPort: variable({
    env: 'METRICS_PORT',
    doc: 'Port of /metrics and of the gateway’s own /livez and /readyz; 0 takes a free one. Never opened to the public.',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 9080,
  }),
  eventLog: eventLogVariables(),
  services: serviceUrlVariables('registry', 'validation', 'execution', 'audit', 'playbook'),
  workerUrls: variable({
    env: 'WORKER_URLS',
    doc: 'Workers that /readyz asks, as name=base URL: provider-http=http://127.0.0.1:8085.',
    schema: Type.Array(Type.String({ pattern: '^provider-[a-z]+=https?://[^/]+$' })),
    default: [],
  }),
  trustedProxies: variable({
    env: 'TRUSTED_PROXIES',
    doc: 'Addresses of proxies in front of the gateway whose X-Forwarded-For is believed.',
    schema: Type.Array(Type.String({ minLength: 2 })),
    default: [],
  }),
  failedCredentialsPerMinute: variable({
    env: 'FAILED_CREDENTIALS_PER_MINUTE',
    doc: 'Wrong credentials that an address may send, or that may come for one key, in a minute before more are refused with 429.',
    schema: Type.Integer({ minimum: 1, maximum: 100_000 }),
    default: 120,
  }),
  requestsPerMinute: {
    key: variable({
      env: 'REQUESTS_PER_MINUTE_PER_KEY',
      doc: 'Requests that one principal may send to this gateway in a minute before it is refused with 429.',
      schema: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
      default: 60_000,
    }),
    tenant: variable({
      env: 'REQUESTS_PER_MINUTE_PER_TENANT',
      doc: 'Requests that all principals of a tenant together may send to this gateway in a minute.',
      schema: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
      default: 120_000,
    }),
  },
});
export type GatewayConfig = Settings<typeof gatewayConfig>;
