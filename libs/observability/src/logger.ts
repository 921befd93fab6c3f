import { destination, pino, stdSerializers, type DestinationStream, type Logger as Pino } from 'pino';
import { redactedForLog, withoutRows } from './redacted-for-log.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
/** What a line says besides its message. An error goes under `err`. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes one JSON line per call, fields first. Fields whose names look like secrets are redacted, whatever they hold.
 * Levels: `debug` one line a batch, `info` what an operator may want to read, `warn` a parked record or an open breaker,
 * `error` somebody must be woken. A class, so that Nest can inject it.
 */
export abstract class Logger {
  abstract debug(fields: LogFields, message: string): void;
  abstract info(fields: LogFields, message: string): void;
  abstract warn(fields: LogFields, message: string): void;
  abstract error(fields: LogFields, message: string): void;
  /** The same logger, with fields that stand on every line. */
  abstract child(fields: LogFields): Logger;
}

class PinoLogger extends Logger {
  constructor(private readonly pino: Pino) {
    super();
  }

  debug(fields: LogFields, message: string): void {
    if (this.pino.isLevelEnabled('debug')) this.pino.debug(redactedForLog(fields), message);
  }

  info(fields: LogFields, message: string): void {
    if (this.pino.isLevelEnabled('info')) this.pino.info(redactedForLog(fields), message);
  }

  warn(fields: LogFields, message: string): void {
    this.pino.warn(redactedForLog(fields), message);
  }

  error(fields: LogFields, message: string): void {
    this.pino.error(redactedForLog(fields), message);
  }

  child(fields: LogFields): Logger {
    return new PinoLogger(this.pino.child(redactedForLog(fields)));
  }
}

export interface LoggerOptions {
  /** Stands on every line. */
  readonly service: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Default standard output, written at once: a line of a dying process must not be lost. */
  readonly stream?: DestinationStream;
}

export const createLogger = ({ service, level = 'info', stream }: LoggerOptions): Logger =>
  new PinoLogger(
    pino(
      {
        level,
        base: { service, pid: process.pid },
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
        messageKey: 'message',
        serializers: { err: (error: Error) => redactedForLog(withoutRows(stdSerializers.errWithCause(error))) },
      },
      stream ?? destination({ fd: 1, sync: true }),
    ),
  );
