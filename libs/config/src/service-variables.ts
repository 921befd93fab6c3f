import { Type } from 'typebox';
import { refined, type Refined } from './definition.js';
import { variable } from './variable.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where a process listens and how much it says. */
export interface ProcessConfig {
  /** Name of the app; not from the environment. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
}

/** A process with routes that take an internal token. */
export interface ServiceConfig extends ProcessConfig {
  /** SPKI PEM, Ed25519: checks the tokens that `registry` signs. */
  readonly internalTokenPublicKey: string;
}

export interface ServiceDefaults {
  readonly name: string;
  readonly port: number;
}

const processOf = ({ port }: ServiceDefaults) => ({
  host: variable({ env: 'HOST', doc: 'Address to listen on.', schema: Type.String({ minLength: 1 }), default: '127.0.0.1' }),
  port: variable({ env: 'PORT', doc: 'Port to listen on; 0 takes a free one.', schema: Type.Integer({ minimum: 0, maximum: 65_535 }), default: port }),
  logLevel: variable({ env: 'LOG_LEVEL', doc: 'Least severe level that is logged.', schema: Type.Enum([...LOG_LEVELS]), default: 'info' }),
});

/** Variables of a process with health and metrics only: the workers. */
export const processVariables = (defaults: ServiceDefaults): Refined<ProcessConfig> =>
  refined(processOf(defaults), (settings): ProcessConfig => ({ name: defaults.name, ...settings }));

/** Variables of every service. */
export const serviceVariables = (defaults: ServiceDefaults): Refined<ServiceConfig> =>
  refined(
    {
      ...processOf(defaults),
      internalTokenPublicKey: variable({
        env: 'INTERNAL_TOKEN_PUBLIC_KEY',
        doc: 'Ed25519 public key (SPKI PEM) that checks internal tokens.',
        schema: Type.String({ pattern: '^-----BEGIN PUBLIC KEY-----' }),
        file: true,
      }),
    },
    (settings): ServiceConfig => ({ name: defaults.name, ...settings }),
  );
