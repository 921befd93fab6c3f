import type { ErrorCode } from '@toolplane/contracts/errors';

/**
 * What a call says about its destination. `failed`: it does badly. `answered`: it does well, whatever it thinks of the request.
 * `unknown`: the call never got there, or the fault is ours; nothing was learnt.
 */
export type Outcome = 'failed' | 'answered' | 'unknown';

const FAILED: ReadonlySet<string> = new Set<ErrorCode>(['UPSTREAM_UNAVAILABLE', 'PROVIDER_TIMEOUT']);
/** Codes that a destination gives cause for by answering. Without effect they come from this side of the connection. */
const ANSWERED: ReadonlySet<string> = new Set<ErrorCode>(['UPSTREAM_REJECTED', 'PROVIDER_OUTPUT_INVALID', 'PROVIDER_FAILED']);

/** Which outcomes a breaker counts. @param error null for a success. */
export function outcomeOf(error: { readonly code: string; readonly effect: 'none' | 'possible' } | null): Outcome {
  if (error === null) return 'answered';
  if (FAILED.has(error.code)) return 'failed';
  return ANSWERED.has(error.code) && error.effect === 'possible' ? 'answered' : 'unknown';
}
