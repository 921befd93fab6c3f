import type { SealingKeys } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { canonical, sha256 } from '@toolplane/security/chain';
import { repeatableSealing, sealPayload, type Repeatable } from '@toolplane/security/sealing';
import type { ReadRequest } from '../decide/read-request.js';
import { verdicts } from '../decide/rule.js';
import { unsealed, type Carried } from './carried.js';

const is = verdicts('input_schema');

/**
 * Seals what came in the clear before anything is published; what its sender has sealed stays. Done again for the same request under the
 * same key it gives the same text: the event of a decision is the same each time it is made.
 */
export class Sealer {
  private readonly repeatable: (executionId: string) => Repeatable;

  /** @param secret of the service; the same in every instance of it */
  constructor(
    private readonly keys: (() => SealingKeys) | null,
    secret: string,
  ) {
    this.repeatable = repeatableSealing(secret);
  }

  async seal(requests: readonly ReadRequest[]): Promise<readonly ReadRequest[]> {
    // Most tools have nothing to hide: their requests do not even wait for a tick.
    if (requests.every(({ prepared }) => prepared.given.sensitive.length === 0)) return requests;
    return Promise.all(requests.map((request) => this.one(request)));
  }

  private async one(request: ReadRequest): Promise<ReadRequest> {
    const { payload, sensitive } = request.prepared.given;
    if (sensitive.length === 0 || payload.tooLarge || payload.fault) return request;
    return { ...request, carried: await this.carriedOf(request) };
  }

  private async carriedOf({ tenantId, executionId, prepared: { given } }: ReadRequest): Promise<Carried> {
    try {
      const binding = { tenantId, tool: given.tool?.name ?? '' };
      const { payload } = await sealPayload(given.payload.value, given.sensitive, binding, this.keys?.() ?? null, this.repeatable(executionId));
      return { input: payload, digest: sha256(canonical(payload)), refusal: null };
    } catch (error) {
      if (!(error instanceof ToolplaneError)) throw error;
      return unsealed(given, is.fail(error.code, error.message, error.options.details));
    }
  }
}
