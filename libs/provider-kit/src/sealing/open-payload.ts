import { readPolicyFile } from '@toolplane/config';
import { UnsealingKeys } from '@toolplane/contracts/documents';
import type { ToolInvocationDispatched } from '@toolplane/contracts/events';
import { MAX_DEPTH } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { compileSchema, payloadFault, type CompiledSchema } from '@toolplane/security/schemas';
import { openPayload } from '@toolplane/security/sealing';
import { LRUCache } from 'lru-cache';
import { WatchedFile } from '../policies/watched-file.js';

type Dispatched = ToolInvocationDispatched['data'];
type Tool = Dispatched['tool'];

export interface Opened {
  readonly payload: Readonly<Record<string, unknown>>;
  /** Texts that came out of sensitive fields: to be redacted from whatever comes back. */
  readonly secrets: readonly string[];
}

/** Where calls get at what is sealed. */
export interface Opener {
  /** @throws ToolplaneError SEALED_VALUE_INVALID, SEALING_NOT_CONFIGURED, REQUEST_INPUT_INVALID; all before anything was called. */
  open(tenantId: string, data: Pick<Dispatched, 'tool' | 'input'>): Promise<Opened>;
}

export const hasSealedFields = ({ sensitive }: Tool): boolean => sensitive.input.length > 0;

/** The private keys of a worker, read again when the file changes; and what is checked once a payload is open. */
export class PayloadOpener implements Opener {
  readonly #keys: WatchedFile<UnsealingKeys> | null;
  readonly #schemas: LRUCache<string, CompiledSchema>;

  /** @param path of the private keys; null where this worker is given none. */
  constructor(path: string | null, cachedSchemas: number) {
    this.#keys = path === null ? null : new WatchedFile(path, (file) => readPolicyFile(file, UnsealingKeys));
    this.#schemas = new LRUCache({ max: cachedSchemas });
  }

  async open(tenantId: string, { tool, input }: Pick<Dispatched, 'tool' | 'input'>): Promise<Opened> {
    const { payload, secrets } = await openPayload(input, tool.sensitive.input, { tenantId, tool: tool.name }, await this.#current());
    this.#check(tool, payload);
    return { payload, secrets: textsOf(secrets) };
  }

  async #current(): Promise<UnsealingKeys | null> {
    try {
      return (await this.#keys?.current()) ?? null;
    } catch (cause) {
      throw new ToolplaneError('SEALING_NOT_CONFIGURED', { message: 'the file that UNSEALING_KEYS_FILE names cannot be used', cause });
    }
  }

  /** The first look at what was sealed: until now nobody could. Faults name the field, nothing inside of it. */
  #check(tool: Tool, payload: Readonly<Record<string, unknown>>): void {
    const found = payloadFault(payload, MAX_DEPTH);
    if (found)
      throw new ToolplaneError('REQUEST_INPUT_INVALID', { message: 'a sensitive field holds what no payload may hold', details: [] });
    if (tool.inputSchema === undefined) return;
    const details = this.#schemaOf(tool).check(payload);
    if (details.length > 0) throw new ToolplaneError('REQUEST_INPUT_INVALID', { details });
  }

  #schemaOf(tool: Tool): CompiledSchema {
    const key = `${tool.id} ${tool.version}`;
    const known = this.#schemas.get(key);
    if (known) return known;
    const compiled = compileSchema(tool.inputSchema);
    if (!compiled.ok) throw new ToolplaneError('PROVIDER_FAILED', { message: 'The tool’s input schema cannot be used', effect: 'none' });
    this.#schemas.set(key, compiled);
    return compiled;
  }
}

/** Every text and number, however deep. Names are left: they are the schema's more often than the sender's. */
function textsOf(values: readonly unknown[]): readonly string[] {
  const texts = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string') texts.add(value);
    else if (typeof value === 'number') texts.add(String(value));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  values.forEach(walk);
  return [...texts];
}
