import { DependencyDown } from '@toolplane/contracts/errors';
import { QueryFailedError } from 'typeorm';

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

/** What the driver said, without TypeORM’s wrapping: that one carries the statement’s values, which no log may see. */
const driverError = (error: unknown): PostgresError =>
  (error instanceof QueryFailedError ? error.driverError : error) as PostgresError;

/** Deadlock, serialization failure, lock timeout: the same transaction may well succeed when it is run again. */
const REPEATABLE = new Set(['40001', '40P01', '55P03']);
/** Classes of SQLSTATE that say the server, not the statement, is at fault: connection, resources, operator intervention, system. */
const SERVER_CLASSES = new Set(['08', '53', '57', '58']);
/** A standby that has not been promoted yet. */
const READ_ONLY = '25006';
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);
/** pg gives these no code. */
const MESSAGES = [
  /^Connection terminated/,
  /timeout exceeded when trying to connect/,
  /Client has encountered a connection error/,
  /Client was closed and is not queryable/,
  /^Query read timeout/,
  /timeout expired/,
];

export const isRepeatable = (error: unknown): boolean => REPEATABLE.has(driverError(error)?.code ?? '');

export const isServerDown = (error: unknown): boolean => {
  const { code = '', message = '' } = driverError(error) ?? {};
  if (NETWORK.has(code) || code === READ_ONLY) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return SERVER_CLASSES.has(code.slice(0, 2));
  return MESSAGES.some((known) => known.test(message));
};

/** What a door throws for what came out of its work: the server’s absence as DependencyDown, the driver’s error bare, all else as it is. */
export const toThrow = (error: unknown): unknown => {
  if (error instanceof DependencyDown) return error;
  if (isServerDown(error) || isRepeatable(error)) return new DependencyDown('postgres', driverError(error));
  return driverError(error);
};

/** The name of the constraint where the error is a duplicate key, so that a store can answer with a value. */
export const duplicateKey = (error: unknown): string | undefined => {
  const { code, constraint } = driverError(error) ?? {};
  return code === '23505' ? constraint : undefined;
};
