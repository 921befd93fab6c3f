import { sampleOf } from './sample.js';
import type { Kind } from './things.js';

type Json = Readonly<Record<string, unknown>>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A route of the product's own document. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly permission: string;
  /** Kinds of its path parameters, in order. */
  readonly parameters: readonly { readonly name: string; readonly kind: Kind | null }[];
  readonly query: readonly string[];
  readonly body: unknown;
}

/** What `{id}` stands for is said by what stands before it. */
const BY_FOLDER: Readonly<Record<string, Kind>> = {
  tenants: 'tenant', executions: 'execution', approvals: 'approval', exceptions: 'exception', 'playbook-runs': 'run', 'dead-letters': 'deadLetter', breakers: 'breaker',
};
const BY_NAME: Readonly<Record<string, Kind>> = { tool: 'tool', toolkit: 'toolkit', agent: 'agent', playbook: 'playbook', key: 'key', step: 'step' };
/** Words of a path that choose among a few things and name nobody's. */
const WORDS = new Set(['order', 'type']);

/** Whose fields a body must hold beyond its schema for a route to look at all at what the path names. */
const MORE: Readonly<Record<string, Json>> = {
  'POST /api/tools/{tool}/execute': { payload: {} },
  'POST /api/tools/{tool}/validate': { payload: {} },
};

interface Operation {
  readonly 'x-permission'?: string | null;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Json }>> };
}

/** Every route that needs a credential, with a body that it takes. */
export function routesOf(document: Json): Route[] {
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([name, operation]): Route[] => {
      const permission = operation['x-permission'];
      if (permission == null) return [];
      const method = name.toUpperCase() as Method;
      const schema = operation.requestBody?.content['application/json']?.schema;
      const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name);
      const more = MORE[`${method} ${path}`];
      const body = schema && { ...(sampleOf(schema, document) as Json), ...more };
      return [{ method, path, permission, parameters: parametersOf(path), query, body }];
    }),
  );
}

function parametersOf(path: string): Route['parameters'] {
  const parts = path.split('/');
  return parts.flatMap((part, index) => {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined) return [];
    const kind = WORDS.has(name) ? null : (BY_NAME[name] ?? BY_FOLDER[parts[index - 1] ?? ''] ?? killed(parts, index));
    if (kind === undefined) throw new Error(`nobody has made a thing for {${name}} of ${path}: say in the isolation suite what it stands for`);
    return [{ name, kind }];
  });
}

/** `/api/kill-switches/{type}/{id}`: a tool, an agent type or a tenant. */
const killed = (parts: readonly string[], index: number): Kind | undefined => (parts[index - 2] === 'kill-switches' ? 'tool' : undefined);

export const VALUES_OF_WORDS: Readonly<Record<string, readonly string[]>> = { order: ['open', 'close', 'probe'], type: ['tool', 'agent', 'tenant'] };
export const KIND_OF_TYPE: Readonly<Record<string, Kind>> = { tool: 'tool', agent: 'agent', tenant: 'tenant' };
