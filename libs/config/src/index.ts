export { childEnvironment } from './child-environment.js';
export { configPage, type AppConfiguration } from './config-page.js';
export { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
export { databaseVariables, type DatabaseConfig } from './database-variables.js';
export { readDeclared, type Declared, type DeclaredKind } from './declared/read-declared.js';
export { defineConfig, refined, type Blame, type Definition, type Refined, type Settings } from './definition.js';
export { describeConfig, type VariableDescription } from './describe-config.js';
export { eventLogVariables, type EmbeddedConfig, type EventLogConfig, type KafkaConfig } from './event-log-variables.js';
export { ingressVariables, type IngressConfig } from './ingress-variables.js';
export { loadConfig, type Environment } from './load-config.js';
export { keptFile } from './kept-file.js';
export { readPolicyFile } from './policy-file.js';
export { sealingVariables, type SealingConfig } from './sealing-variables.js';
export { readSecretSource } from './secret-source.js';
export {
  LOG_LEVELS, processVariables, serviceVariables, type LogLevel, type ProcessConfig, type ServiceConfig, type ServiceDefaults,
} from './service-variables.js';
export { variable, type Given, type Variable } from './variable.js';
