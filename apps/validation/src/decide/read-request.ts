import type { Received } from '@toolplane/contracts/envelope';
import type { ToolExecutionRequested } from '@toolplane/contracts/events';
import type { Carried } from '../seal/carried.js';
import type { Prepared } from './cases.js';
import type { RequestContext } from './request.js';

/** A request as it was read, before anybody has counted or looked up anything. */
export interface ReadRequest {
  readonly event: Received<ToolExecutionRequested>;
  readonly tenantId: string;
  readonly executionId: string;
  readonly prepared: Prepared;
  readonly context: RequestContext;
  readonly digest: string;
  /** What of the payload is published: nothing sensitive in the clear. */
  readonly carried: Carried;
}
