import { LRUCache } from 'lru-cache';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Auth } from '@toolplane/contracts/documents';
import type { ToolInvocationDispatched } from '@toolplane/contracts/events';
import type { FieldError } from '@toolplane/contracts/errors';
import { compileSchema } from '@toolplane/security/schemas';

type Tool = ToolInvocationDispatched['data']['tool'];
/** Faults of an output; none when it fits. Null where the tool promises nothing. */
export type OutputCheck = ((output: unknown) => readonly FieldError[]) | null;

const MAX_FAULTS = 10;
const at = (part: string, faults: readonly { readonly instancePath: string; readonly message: string }[]): readonly FieldError[] =>
  faults.map(({ instancePath, message }) => ({ pointer: `${part}${instancePath}`, detail: message }));

/** What of a tool's definition this worker checks by itself, whatever was checked before it was written. */
export class ToolChecks {
  readonly #spec: ReturnType<typeof Compile>;
  readonly #auth = Compile(Auth);
  /** Versions never change, so that a compiled schema holds for good; the LRU bounds memory, not age. */
  readonly #outputs: LRUCache<string, { readonly check: OutputCheck | 'unusable' }>;

  constructor(spec: TSchema, cachedSchemas: number) {
    this.#spec = Compile(spec);
    this.#outputs = new LRUCache({ max: cachedSchemas });
  }

  /** Faults of the parts of the definition that a call reads; null when they fit, which costs next to nothing. */
  definitionFaults(tool: Tool): readonly FieldError[] | null {
    if (this.#spec.Check(tool.spec) && this.#auth.Check(tool.auth)) return null;
    const faults = [...at('/spec', this.#spec.Errors(tool.spec)), ...at('/auth', this.#auth.Errors(tool.auth))];
    return faults.slice(0, MAX_FAULTS);
  }

  /** The check of a tool's outputs, compiled once per version; `unusable` where its schema cannot be compiled. */
  outputCheck(tool: Tool): OutputCheck | 'unusable' {
    if (tool.outputSchema === null) return null;
    const key = `${tool.id} ${tool.version}`;
    let compiled = this.#outputs.get(key);
    if (!compiled) {
      const schema = compileSchema(tool.outputSchema);
      compiled = { check: schema.ok ? (output) => schema.check(output) : 'unusable' };
      this.#outputs.set(key, compiled);
    }
    return compiled.check;
  }
}
