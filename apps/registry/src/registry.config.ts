import { databaseVariables, defineConfig, eventLogVariables, sealingVariables, serviceVariables, variable, type Settings } from '@toolplane/config';
import { PROVIDERS } from '@toolplane/contracts/events';
import { internalTokenVariables } from '@toolplane/service-kit';
import { Type } from 'typebox';
import { declaredVariables } from './declared/declared-variables.js';
import { oidcVariables } from './identity/oidc-variables.js';

export const registryConfig = defineConfig({
  service: serviceVariables({ name: 'registry', port: 8081 }),
  database: databaseVariables(),
  eventLog: eventLogVariables(),
  tokens: internalTokenVariables(),
  bootstrapAdminKey: variable({
    env: 'BOOTSTRAP_ADMIN_KEY',
    doc: 'Key of the first platform administrator. It stands in no table: without the variable it is void.',
    schema: Type.String({ minLength: 32 }),
    secret: true,
    optional: true,
  }),
  oidc: oidcVariables(),
  declared: declaredVariables(),
  sealing: sealingVariables(),
  providers: variable({
    env: 'PROVIDERS',
    doc: 'Providers that this deployment runs, as a comma list. Tools that need another are refused.',
    schema: Type.Array(Type.Enum([...PROVIDERS])),
    default: ['http', 'dummy'],
  }),
  secretsFile: variable({
    env: 'SECRETS_FILE',
    doc: 'The operator’s secrets.json, against which a tool’s secretRef is checked when it is written. Absent: not checked before it is used.',
    schema: Type.String({ minLength: 1 }),
    optional: true,
  }),
});
export type RegistryConfig = Settings<typeof registryConfig>;
