import type { DynamicModule } from '@nestjs/common';
import { ERRORS, type ErrorCode } from '@toolplane/contracts/errors';
import { Problem } from '@toolplane/contracts/http';
import { routesOf, type Route } from '../http/route-table.js';
import { exampleOf } from './example-of.js';
import { hoistSchemas } from './hoist-schemas.js';
import { queryParametersOf } from './query-parameters.js';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: Json;
}

/** Codes that any route with a credential may answer. */
const EVERYWHERE: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'INTERNAL', 'DEPENDENCY_DOWN'];

/** The OpenAPI 3.1 document of a service, read from its decorators. Makes nothing and connects nowhere. */
export async function openApiOf(module: DynamicModule): Promise<OpenApiDocument> {
  const paths: Record<string, Record<string, unknown>> = {};
  const named = new Set<ErrorCode>();
  for (const route of routesOf(module)) {
    for (const code of codesOf(route)) named.add(code);
    paths[route.path] ??= {};
    (paths[route.path] as Record<string, unknown>)[route.method.toLowerCase()] = await operation(route);
  }
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { paths: hoisted, schemas } = hoistSchemas(sorted);
  return {
    openapi: '3.1.0',
    info: { title: module.module.name, version: '1' },
    paths: hoisted as OpenApiDocument['paths'],
    components: {
      schemas: { ...schemas, Problem: plain(Problem) },
      examples: Object.fromEntries([...named].sort().map((code) => [code, { value: problemOf(code) }])),
      securitySchemes: { credential: { type: 'http', scheme: 'bearer', description: 'API key (tp_…) or JWT.' } },
    },
  };
}

const operation = async (route: Route): Promise<Json> => ({
  operationId: route.handler.replace('Controller.', '_'),
  ...(route.summary !== undefined && { summary: route.summary }),
  ...(route.description !== undefined && { description: route.description }),
  'x-permission': route.permission,
  security: route.permission === null ? [] : [{ credential: [] }],
  parameters: [...pathParametersOf(route.path), ...(route.query ? await queryParametersOf(route.query) : [])],
  ...(route.body && {
    requestBody: { required: route.body.options.optional !== true, content: { 'application/json': described(route.body.schema) } },
  }),
  responses: { ...answersOf(route), ...problemsOf(route) },
});

const pathParametersOf = (path: string): readonly Json[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

const answersOf = ({ answers, status }: Route): Json =>
  Object.fromEntries(
    Object.entries(answers ?? { [status]: null }).map(([code, schema]) => [
      code,
      {
        description: descriptionOf(schema) ?? 'The answer.',
        ...(schema && { content: { [mediaTypeOf(schema)]: described(schema) } }),
      },
    ]),
  );

/** Everything that may go wrong on a route. */
const codesOf = (route: Route): ReadonlySet<ErrorCode> =>
  new Set<ErrorCode>([
    ...(route.permission === null ? [] : EVERYWHERE),
    ...(route.query ?? route.body ? (['REQUEST_MALFORMED'] as const) : []),
    ...(route.body ? (['REQUEST_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', route.body.options.code ?? 'DEFINITION_INVALID'] as const) : []),
    ...(route.path.includes('{') ? (['NOT_FOUND'] as const) : []),
    ...(route.errors ?? []),
  ]);

/** Grouped by status, each code with an example. */
function problemsOf(route: Route): Json {
  const codes = [...codesOf(route)];
  const answers: Record<string, unknown> = {};
  for (const status of [...new Set(codes.map((code) => ERRORS[code].status))].sort()) {
    const here = codes.filter((code) => ERRORS[code].status === status);
    answers[status] = {
      description: here.join(', '),
      ...((status === 503 || status === 429) && { headers: { 'Retry-After': { schema: { type: 'integer' } } } }),
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(here.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
        },
      },
    };
  }
  return answers;
}

const problemOf = (code: ErrorCode): Json => {
  const { title, status, retryable, remedy } = ERRORS[code];
  return {
    type: `urn:toolplane:error:${code}`, title, status, detail: title, code, retryable, remedy, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', errors: [],
  };
};

/** TypeBox keeps its own marks under symbols and non-enumerable keys; the document has only what JSON has. */
const plain = (schema: unknown): unknown => JSON.parse(JSON.stringify(schema)) as unknown;

/** A schema with a value that it takes. */
const described = (schema: object): Json => {
  const shown = plain(schema) as Json;
  return { schema: shown, example: exampleOf(shown) };
};

/** JSON, unless the schema says what the text is. */
const mediaTypeOf = (schema: object): string =>
  'contentMediaType' in schema && typeof schema.contentMediaType === 'string' ? schema.contentMediaType : 'application/json';

const descriptionOf = (schema: object | null): string | undefined =>
  schema && 'description' in schema && typeof schema.description === 'string' ? schema.description : undefined;
