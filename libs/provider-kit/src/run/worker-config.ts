import {
  defineConfig,
  eventLogVariables,
  processVariables,
  variable,
  type Definition,
  type EventLogConfig,
  type ProcessConfig,
  type ServiceDefaults,
  type Variable,
} from '@toolplane/config';
import { Type } from 'typebox';
import type { BreakerTerms } from '../breakers/breaker.js';

const workerVariables = () => ({
  callsPerTool: variable({
    env: 'CALLS_PER_TOOL',
    doc: 'Calls that run at once, of one tenant and tool.',
    schema: Type.Integer({ minimum: 1, maximum: 10_000 }),
    default: 64,
  }),
  calls: variable({
    env: 'CALLS',
    doc: 'Calls that run at once, altogether.',
    schema: Type.Integer({ minimum: 1, maximum: 100_000 }),
    default: 256,
  }),
  waitingPerTool: variable({
    env: 'CALLS_WAITING_PER_TOOL',
    doc: 'Attempts that wait for their turn, of one tenant and tool; what comes beyond is handed back.',
    schema: Type.Integer({ minimum: 1, maximum: 100_000 }),
    default: 500,
  }),
  waiting: variable({
    env: 'CALLS_WAITING',
    doc: 'Attempts that wait for their turn before the log is read no further.',
    schema: Type.Integer({ minimum: 1, maximum: 100_000 }),
    default: 1_000,
  }),
  secretsFile: variable({
    env: 'SECRETS_FILE',
    doc: 'Path of secrets.json; without it this worker has no secrets.',
    schema: Type.String({ minLength: 1 }),
    optional: true,
  }),
  unsealingKeysFile: variable({
    env: 'UNSEALING_KEYS_FILE',
    doc: 'Path of the private keys that open sealed payload fields; read again when it changes. Without it, calls with such fields fail.',
    schema: Type.String({ minLength: 1 }),
    optional: true,
  }),
});

const breakerVariables = () => ({
  volume: variable({
    env: 'BREAKER_VOLUME',
    doc: 'Calls of one tenant, tool and origin within BREAKER_WINDOW_MS before its circuit breaker may open.',
    schema: Type.Integer({ minimum: 10, maximum: 100_000 }),
    default: 10,
  }),
  errorPercentage: variable({
    env: 'BREAKER_ERROR_PERCENTAGE',
    doc: 'It opens when more than this share of them failed.',
    schema: Type.Integer({ minimum: 1, maximum: 99 }),
    default: 50,
  }),
  windowMs: variable({
    env: 'BREAKER_WINDOW_MS',
    doc: 'How long an outcome counts, in milliseconds.',
    schema: Type.Integer({ minimum: 1_000, maximum: 600_000 }),
    default: 10_000,
  }),
  openMs: variable({
    env: 'BREAKER_OPEN_MS',
    doc: 'How long a circuit breaker stays open before it lets one call through, in milliseconds.',
    schema: Type.Integer({ minimum: 1_000, maximum: 600_000 }),
    default: 15_000,
  }),
});

/** What every worker is configured with. */
export interface WorkerConfig {
  readonly service: ProcessConfig;
  readonly eventLog: EventLogConfig;
  readonly worker: {
    readonly callsPerTool: number;
    readonly calls: number;
    readonly waitingPerTool: number;
    readonly waiting: number;
    readonly secretsFile: string | undefined;
    readonly unsealingKeysFile: string | undefined;
  };
  readonly breaker: BreakerTerms;
}

type WorkerDefinition = {
  readonly service: ReturnType<typeof processVariables>;
  readonly eventLog: ReturnType<typeof eventLogVariables>;
  readonly worker: { readonly [Name in keyof WorkerConfig['worker']]: Variable<WorkerConfig['worker'][Name]> };
  readonly breaker: { readonly [Name in keyof BreakerTerms]: Variable<BreakerTerms[Name]> };
};

/** Declares a worker's configuration: what all have, and beside it what this provider alone needs. */
export const workerConfig = <const More extends Definition = Record<never, never>>(
  defaults: ServiceDefaults,
  more: More = {} as More,
): WorkerDefinition & More =>
  defineConfig({
    service: processVariables(defaults),
    eventLog: eventLogVariables(),
    worker: workerVariables(),
    breaker: breakerVariables(),
    ...more,
  });
