import type { SealingKeys, Tool } from '@toolplane/contracts/documents';
import { sealPayload, sensitiveIn } from '@toolplane/security/sealing';

const FRESH_MS = 60_000;
type Payload = Readonly<Record<string, unknown>>;

/** Where definitions and public keys come from: a `ToolplaneClient`. */
export interface Definitions {
  tool(tool: string): Promise<Tool>;
  sealingKeys(): Promise<SealingKeys>;
}

/** A payload that can lie on a topic. */
export interface SealedCall {
  readonly payload: Payload;
  /** The tool's name: sealed values are bound to it. */
  readonly tool: string;
}

/**
 * Seals the fields that a tool's input schema marks as sensitive, so that they leave this process as ciphertext that only the worker opens.
 * For requests over the event log; over HTTP Toolplane seals on entry. Definitions and keys are asked for at most once a minute.
 */
export class PayloadSealer {
  private readonly known = new Map<string, { readonly until: number; readonly tool: Promise<Tool> }>();
  private keys: { readonly until: number; readonly keys: Promise<SealingKeys> } | undefined;

  constructor(
    private readonly definitions: Definitions,
    private readonly tenantId: string,
  ) {}

  /** @throws ApiProblem, DependencyDown where tool or keys cannot be had: then nothing may be published. */
  async seal(named: string, payload: Payload): Promise<SealedCall> {
    const tool = await this.tool(named);
    const places = sensitiveIn(tool.inputSchema);
    if (places.length === 0) return { payload, tool: tool.name };
    const sealed = await sealPayload(payload, places, { tenantId: this.tenantId, tool: tool.name }, await this.publicKeys());
    return { payload: sealed.payload, tool: tool.name };
  }

  private tool(named: string): Promise<Tool> {
    const known = this.known.get(named);
    if (known && known.until > performance.now()) return known.tool;
    const tool = this.definitions.tool(named);
    this.known.set(named, { until: performance.now() + FRESH_MS, tool });
    tool.catch(() => this.known.delete(named));
    return tool;
  }

  private publicKeys(): Promise<SealingKeys> {
    if (this.keys && this.keys.until > performance.now()) return this.keys.keys;
    const keys = this.definitions.sealingKeys();
    this.keys = { until: performance.now() + FRESH_MS, keys };
    keys.catch(() => (this.keys = undefined));
    return keys;
  }
}
