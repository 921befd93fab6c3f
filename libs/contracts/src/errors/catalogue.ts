import { requestErrors } from './request.errors.js';
import { policyErrors } from './policy.errors.js';
import { providerErrors } from './provider.errors.js';
import { platformErrors } from './platform.errors.js';
import { edgeErrors } from './edge.errors.js';
import { recordsErrors } from './records.errors.js';
import type { ErrorDefinition } from './define-errors.js';

/** The codes by who is concerned, in the order of the reference page. */
export const ERROR_FAMILIES: readonly { readonly title: string; readonly errors: Readonly<Record<string, ErrorDefinition>> }[] = Object.freeze([
  { title: 'The request cannot be run as it was sent', errors: requestErrors },
  { title: 'A rule or a policy refused it', errors: policyErrors },
  { title: 'The call', errors: providerErrors },
  { title: 'The platform', errors: platformErrors },
  { title: 'The HTTP edge: nothing was started', errors: edgeErrors },
  { title: 'Parked records: kept whole, and nothing behind them waits', errors: recordsErrors },
]);

const families = { ...requestErrors, ...policyErrors, ...providerErrors, ...platformErrors, ...edgeErrors, ...recordsErrors };

export type ErrorCode = keyof typeof families;
/** Every code there is. `docs/errors.md` is generated from it. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorDefinition>> = Object.freeze(families);
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
