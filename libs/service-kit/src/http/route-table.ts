import { RequestMethod, type DynamicModule, type ForwardReference, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, MODULE_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import { declaredPermission, type RoutePermission } from '../auth/permission.js';
import { bodyCheckOf, type BodyCheck } from './checked-body.js';

/** One route of a service, read from its decorators. */
export interface Route extends RoutePermission {
  readonly method: string;
  /** With `{name}` for parameters, as OpenAPI writes it. */
  readonly path: string;
  /** Class and method, for messages. */
  readonly handler: string;
  /** Status of the ordinary answer. */
  readonly status: number;
  readonly body: BodyCheck | null;
  /** Class that checks the query; null where the route takes none. */
  readonly query: Type | null;
}

type Import = Type | DynamicModule | Promise<DynamicModule> | ForwardReference;

/** Every route of a module and of what it imports, without making any of it. */
export const routesOf = (module: Type | DynamicModule): readonly Route[] => [...controllersOf(module, new Set())].flatMap(routesOfController);

/**
 * @throws Error that names every route without `@Permission` or `@Public`: such a service does not start.
 */
export function assertPermissions(routes: readonly Route[]): void {
  const open = routes.filter(({ permission }) => permission === undefined);
  if (open.length === 0) return;
  throw new Error(`these routes declare no permission: ${open.map(({ method, path, handler }) => `${method} ${path} (${handler})`).join(', ')}`);
}

function* controllersOf(module: Import, seen: Set<unknown>): Generator<Type> {
  if (module instanceof Promise || 'forwardRef' in module || seen.has(module)) return;
  seen.add(module);
  const dynamic = 'module' in module ? module : undefined;
  const type = dynamic ? dynamic.module : (module as Type);
  const own = (key: string): readonly unknown[] => (Reflect.getMetadata(key, type) as readonly unknown[] | undefined) ?? [];
  yield* (dynamic?.controllers ?? []);
  yield* own(MODULE_METADATA.CONTROLLERS) as Type[];
  for (const imported of [...(dynamic?.imports ?? []), ...own(MODULE_METADATA.IMPORTS)]) yield* controllersOf(imported as Import, seen);
}

function routesOfController(controller: Type): readonly Route[] {
  const prototype = controller.prototype as Record<string, unknown>;
  const prefixes = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[] | undefined].flat();
  return Object.getOwnPropertyNames(prototype).flatMap((name): readonly Route[] => {
    if (name === 'constructor') return [];
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    const status = (Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined) ?? (method === 'POST' ? 201 : 200);
    // Undefined where nothing is declared: such a service does not start.
    const declared = declaredPermission(handler) as RoutePermission;
    return prefixes.flatMap((prefix) =>
      paths.map((path) => ({
        ...declared,
        method,
        path: joined(prefix ?? '', path),
        handler: `${controller.name}.${name}`,
        status,
        body: bodyCheckOf(handler) ?? null,
        query: queryOf(controller, prototype, name),
      })),
    );
  });
}

/** `tools/:tool` → `/tools/{tool}` */
const joined = (...parts: readonly string[]): string => {
  const path = parts.flatMap((part) => part.split('/')).filter((part) => part !== '');
  return `/${path.map((part) => (part.startsWith(':') ? `{${part.slice(1)}}` : part)).join('/')}`;
};

/** The class of the parameter that `@Query()` marks. */
export function queryOf(controller: Type, prototype: object, name: string): Type | null {
  const marked = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<string, { index: number }>;
  const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as readonly Type[];
  const key = Object.keys(marked).find((candidate) => candidate.startsWith(`${RouteParamtypes.QUERY}:`));
  return key === undefined ? null : (types[marked[key]?.index ?? -1] ?? null);
}
