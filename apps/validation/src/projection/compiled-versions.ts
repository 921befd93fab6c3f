import type { RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import type { ToolExecutionDecided } from '@toolplane/contracts/events';
import { compileSchema, type CompiledSchema, type RefusedSchema } from '@toolplane/security/schemas';
import { LRUCache } from 'lru-cache';

type ToolTerms = NonNullable<ToolExecutionDecided['data']['tool']>;

/** A version as decisions use it. */
export interface CompiledVersion {
  readonly input: CompiledSchema | RefusedSchema;
  /** The worker's part, with what always comes from the current tool. */
  readonly terms: ToolTerms;
}

const MOST_COMPILED = 2_000;
/** Where a schema cannot be read, nobody knows what in it is secret: all of it is. */
const ALL = ['/*'];

/**
 * Versions are compiled when they are first used: about a millisecond each. Kept by the very object of the projection, which is replaced
 * when the registry tells of it anew, so that nothing stale can be found.
 */
export class CompiledVersions {
  private readonly kept = new LRUCache<RegistryToolVersion, CompiledVersion & { readonly tool: RegistryTool }>({ max: MOST_COMPILED });

  of(tool: RegistryTool, version: RegistryToolVersion): CompiledVersion {
    const known = this.kept.get(version);
    if (known?.tool === tool) return known;
    const compiled = known ? { ...known, tool, terms: { ...known.terms, ...fromCurrent(tool) } } : compile(tool, version);
    this.kept.set(version, compiled);
    return compiled;
  }
}

function compile(tool: RegistryTool, version: RegistryToolVersion): CompiledVersion & { readonly tool: RegistryTool } {
  const input = compileSchema(version.inputSchema);
  const output = version.outputSchema === null ? null : compileSchema(version.outputSchema);
  const sensitive = sensitiveIn(input);
  const terms: ToolTerms = {
    id: tool.id,
    ...fromCurrent(tool),
    version: version.version,
    provider: providerOf(version.spec),
    spec: version.spec,
    outputSchema: version.outputSchema,
    // Who opens sealed fields is the first to see what they hold.
    ...(sensitive.length > 0 && { inputSchema: version.inputSchema }),
    sensitive: { input: sensitive, output: output ? [...(output.ok ? output.sensitive : ALL)] : [] },
    idempotent: version.idempotent,
    timeoutMs: version.timeoutMs,
    retry: version.retry,
  };
  return { tool, input, terms };
}

/** An older version keeps its own texts and endpoint; name and authentication are the current tool's. */
const fromCurrent = ({ name, auth }: RegistryTool): Pick<ToolTerms, 'name' | 'auth'> => ({ name, auth });

/** A payload is an object and stays one: if all of it is marked, all of its members are. */
const sensitiveIn = (schema: CompiledSchema | RefusedSchema): string[] =>
  schema.ok ? schema.sensitive.map((pointer) => (pointer === '' ? '/*' : pointer)) : ALL;

/**
 * The worker of a version. A tool may have been of another type when the version was made, so it is read from the version's own part,
 * whose forms exclude each other: an older version never goes to the worker of the current one.
 */
function providerOf(spec: unknown): string {
  const has = (member: string): boolean => typeof spec === 'object' && spec !== null && Object.hasOwn(spec, member);
  if (has('implementation')) return 'builtin';
  if (has('url')) return has('tool') ? 'mcp' : 'http';
  return 'dummy';
}
