import type { TSchema } from 'typebox';
import type { ErrorCode } from '@toolplane/contracts/errors';
import type { Permission as PermissionName } from './permissions.js';

/** What the OpenAPI document says about a route besides its path, permission, parameters and body. */
export interface RouteDocument {
  /** One line. */
  readonly summary?: string;
  readonly description?: string;
  /** Answers by status: schema with description, or null where there is no body. */
  readonly answers?: Readonly<Record<number, TSchema | null>>;
  /** Codes of the catalogue this route may answer, besides those that every route may. */
  readonly errors?: readonly ErrorCode[];
}

export interface RoutePermission extends RouteDocument {
  /** Null: no credential is needed. */
  readonly permission: PermissionName | null;
}

const KEY = Symbol('toolplane:permission');

const declare =
  (value: RoutePermission): MethodDecorator =>
  (_target, _key, descriptor) => {
    Reflect.defineMetadata(KEY, Object.freeze(value), descriptor.value as object);
  };

/**
 * Declares what a caller must be allowed to do to use this route. A route with neither this nor {@link Public} stops the service
 * when it starts.
 */
export const Permission = (permission: PermissionName, document: RouteDocument = {}): MethodDecorator =>
  declare({ ...document, permission });

/** Declares a route that needs no credential: health, and what is reachable from inside only. */
export const Public = (document: RouteDocument = {}): MethodDecorator => declare({ ...document, permission: null });

/** What was declared on a handler; undefined where nothing was. */
export const declaredPermission = (handler: object): RoutePermission | undefined =>
  Reflect.getMetadata(KEY, handler) as RoutePermission | undefined;
