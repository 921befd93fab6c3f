import type { RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import { digest } from '@toolplane/security/chain';

/** Keywords of a schema that are for people. */
const TEXTS = new Set(['title', 'description', 'examples', 'default', '$comment', 'deprecated', 'readOnly', '$schema', '$id']);

/** Of a version, whose object the projection replaces when it is told anew. */
const kept = new WeakMap<RegistryToolVersion, { readonly tool: RegistryTool; readonly fingerprint: string }>();

/**
 * What a tool is, without its texts and flags: a change of anything in it makes an approval void. Taken of the current definition, which
 * is the one that people know the tool by, whatever version a request pins. `''` where that version is not known: equal to no other.
 */
export function toolFingerprint(tool: RegistryTool, current: RegistryToolVersion | undefined): string {
  if (!current) return '';
  const known = kept.get(current);
  if (known?.tool === tool) return known.fingerprint;
  const fingerprint = digest({
    id: tool.id, name: tool.name, type: tool.type, auth: tool.auth, spec: current.spec, timeoutMs: current.timeoutMs, retry: current.retry,
    inputSchema: withoutTexts(current.inputSchema), outputSchema: withoutTexts(current.outputSchema),
  });
  kept.set(current, { tool, fingerprint });
  return fingerprint;
}

/** A property may be called like a keyword: below `properties` and its kin the names are the author's. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas', 'dependentRequired']);
/** Values, not schemas: whatever stands in them counts. */
const VALUES = new Set(['const', 'enum', 'required']);

function withoutTexts(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutTexts);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !TEXTS.has(keyword))
      .map(([keyword, value]) => [keyword, VALUES.has(keyword) ? value : NAMED.has(keyword) ? ofMembers(value) : withoutTexts(value)]),
  );
}

const ofMembers = (members: unknown): unknown =>
  typeof members === 'object' && members !== null && !Array.isArray(members)
    ? Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, withoutTexts(schema)]))
    : members;
