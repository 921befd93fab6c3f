export { Health, type Check, type HealthCheck, type HealthSnapshot } from './health.js';
export { createLogger, LOG_LEVELS, Logger, type LogFields, type LoggerOptions, type LogLevel } from './logger.js';
export { METRICS, type MetricDefinition } from './metric-names.js';
export { Metrics } from './metrics.js';
export { NestLogger } from './nest-logger.js';
export { continueTrace, newTraceparent, parseTraceparent, traceIdOf, type TraceContext } from './traceparent.js';
