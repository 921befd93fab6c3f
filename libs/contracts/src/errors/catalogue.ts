import { requestErrors } from './request.errors.js';
import { policyErrors } from './policy.errors.js';
import { providerErrors } from './provider.errors.js';
import { platformErrors } from './platform.errors.js';
import { edgeErrors } from './edge.errors.js';
import { recordsErrors } from './records.errors.js';
import type { ErrorDefinition } from './define-errors.js';

const families = { ...requestErrors, ...policyErrors, ...providerErrors, ...platformErrors, ...edgeErrors, ...recordsErrors };

export type ErrorCode = keyof typeof families;
/** Every code there is. `docs/errors.md` is generated from it. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorDefinition>> = Object.freeze(families);
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
