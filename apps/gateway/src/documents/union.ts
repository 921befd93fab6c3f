import type { OpenApiDocument } from '@toolplane/service-kit';

type Json = Readonly<Record<string, unknown>>;

/** One document out of several. Of a path and method that two describe, the first counts; schemas of one name but another text get the part’s name before theirs. */
export function unionOf(parts: readonly { readonly name: string; readonly document: OpenApiDocument }[], info: Json): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas: Record<string, unknown> = {};
  const rest: Record<string, Record<string, unknown>> = {};
  for (const { name, document } of parts) {
    const renamed = withoutClashes(document, schemas, name);
    for (const [kind, members] of Object.entries(renamed.components)) {
      if (kind === 'schemas') Object.assign(schemas, members);
      else rest[kind] = { ...rest[kind], ...(members as Json) };
    }
    for (const [path, operations] of Object.entries(renamed.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const known = (paths[path] ??= {});
        known[method] ??= { tags: [tagOf(path)], ...(operation as Json) };
      }
    }
  }
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { openapi: '3.1.0', info, paths: sorted, components: { schemas, ...rest } };
}

/** `/api/tools/executions/{id}` belongs to `executions`, everything else to the word after `/api/`. */
const tagOf = (path: string): string => (path.startsWith('/api/tools/executions') ? 'executions' : (path.split('/')[2] ?? 'gateway'));

function withoutClashes(document: OpenApiDocument, taken: Json, name: string): OpenApiDocument {
  const own = (document.components['schemas'] ?? {}) as Json;
  const clashing = Object.keys(own).filter((key) => key in taken && JSON.stringify(taken[key]) !== JSON.stringify(own[key]));
  let text = JSON.stringify(document);
  for (const key of clashing) text = text.replaceAll(`"#/components/schemas/${key}"`, `"#/components/schemas/${prefixed(name, key)}"`);
  const renamed = JSON.parse(text) as OpenApiDocument;
  const schemas = Object.fromEntries(
    Object.entries((renamed.components['schemas'] ?? {}) as Json).map(([key, schema]) => [clashing.includes(key) ? prefixed(name, key) : key, schema]),
  );
  return { ...renamed, components: { ...renamed.components, schemas } };
}

const prefixed = (name: string, key: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}${key}`;
