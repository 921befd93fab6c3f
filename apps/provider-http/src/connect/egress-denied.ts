import { ToolplaneError } from '@toolplane/contracts/errors';

/** One code outward; rule and reason only in the worker's log, or calls would map the network from inside. */
export const egressDenied = ({
  rule,
  reason,
}: {
  readonly verdict: 'deny';
  readonly rule: string;
  readonly reason: string;
}): ToolplaneError => new ToolplaneError('EGRESS_DENIED', { cause: new Error(`${rule}: ${reason}`) });
