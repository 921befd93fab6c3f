import type { SealingKeys } from '@toolplane/contracts/documents';
import type { AcceptBody } from '@toolplane/contracts/http';
import { sealPayload } from '@toolplane/security/sealing';

/** Seals the sensitive fields of a request before anything of it is stored. What is stored stands: it is never sealed again. */
export class InputSealer {
  /** @param keys null where the service was given none */
  constructor(private readonly keys: (() => SealingKeys) | null) {}

  /** @throws ToolplaneError SEALING_NOT_CONFIGURED, REQUEST_TOO_LARGE: nothing was accepted. */
  async seal(tenantId: string, { check, request }: Pick<AcceptBody, 'check' | 'request'>): Promise<Record<string, unknown>> {
    const { payload } = await sealPayload(request.payload, check.sensitive.input, { tenantId, tool: check.toolName }, this.keys?.() ?? null);
    return payload;
  }
}
