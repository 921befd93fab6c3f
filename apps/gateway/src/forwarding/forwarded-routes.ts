import type { CallableService } from '@toolplane/service-kit';
import type { ServiceDocument } from '../documents/service-documents.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type ForwardedMethod = (typeof METHODS)[number];

export interface ForwardedRoute {
  readonly service: CallableService;
  readonly method: ForwardedMethod;
  /** As OpenAPI writes it. */
  readonly path: string;
  /** Null: no credential is needed. */
  readonly permission: string | null;
}

/** Families that are served under `/api/v2/` too. */
const ALIASED = /^\/api\/(?=(tools|toolkits)(\/|$))/;
export const aliasOf = (path: string): string | null => (ALIASED.test(path) ? path.replace(ALIASED, '/api/v2/') : null);
/** The way back: services know no aliases. */
export const withoutAlias = (url: string): string => (url.startsWith('/api/v2/') ? `/api/${url.slice('/api/v2/'.length)}` : url);

/** Two paths of one shape are one route, whatever their parameters are called. */
const shapeOf = (method: string, path: string): string => `${method} ${path.replace(/\{[^}]+\}/g, '{}')}`;

/** The public routes of the services, without those that the gateway answers itself. */
export function forwardedRoutes(
  documents: readonly ServiceDocument[],
  own: readonly { readonly method: string; readonly path: string }[],
): readonly ForwardedRoute[] {
  const taken = new Set(own.map(({ method, path }) => shapeOf(method, path)));
  return documents.flatMap(({ service, document }) =>
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/'))
      .flatMap(([path, operations]) =>
        METHODS.filter((method) => method.toLowerCase() in operations).flatMap((method): readonly ForwardedRoute[] => {
          const shape = shapeOf(method, path);
          if (taken.has(shape)) return [];
          taken.add(shape);
          const { 'x-permission': permission = '' } = operations[method.toLowerCase()] as { 'x-permission'?: string | null };
          return [{ service, method, path, permission }];
        }),
      ),
  );
}
