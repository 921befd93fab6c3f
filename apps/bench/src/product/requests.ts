import { randomUUID } from 'node:crypto';
import { deriveExecutionId } from '@toolplane/contracts/ids';

export const PAYLOAD_BYTES = 500;
const TENANT = 'demo';

/** A payload of exactly so many bytes as JSON. */
export const PAYLOAD = { text: 'x'.repeat(PAYLOAD_BYTES - JSON.stringify({ text: '' }).length) };

/** Makes the requests of one run, and knows the execution that each of them is. */
export class Requests {
  readonly source = `/bench/${randomUUID()}`;
  private count = 0;

  constructor(
    private readonly tool = 'echo',
    private readonly payload: object = PAYLOAD,
  ) {}

  next(): { readonly value: string; readonly executionId: string } {
    this.count += 1;
    const id = String(this.count);
    return {
      value: JSON.stringify({
        specversion: '1.0',
        id,
        source: this.source,
        type: 'ToolExecutionRequested',
        tenantid: TENANT,
        data: { tool: this.tool, payload: this.payload, actor: { type: 'service', id: 'bench' } },
      }),
      executionId: deriveExecutionId(TENANT, this.source, id),
    };
  }

  /** The executions of all requests made so far. */
  *executionIds(): Generator<string> {
    for (let id = 1; id <= this.count; id += 1) yield deriveExecutionId(TENANT, this.source, String(id));
  }

  get made(): number {
    return this.count;
  }
}
