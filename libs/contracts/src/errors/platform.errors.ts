import { defineErrors } from './define-errors.js';

/** Errors of the platform itself. */
export const platformErrors = defineErrors({
  INTERNAL: {
    status: 500,
    title: 'Something went wrong inside',
    retryable: false,
    effect: 'possible',
    auditWord: 'failed',
    audience: 'operator',
    remedy: 'Report the traceId.',
  },
  SEALING_NOT_CONFIGURED: {
    status: 503,
    title: 'Sensitive fields cannot be sealed or opened here',
    retryable: true,
    effect: 'none',
    auditWord: 'failed',
    audience: 'operator',
    remedy: 'Set SEALING_KEYS_FILE for execution, validation, playbook and registry, and UNSEALING_KEYS_FILE for the workers.',
  },
  DEPENDENCY_DOWN: {
    status: 503,
    title: 'A dependency is away; nothing was accepted',
    retryable: true,
    effect: 'none',
    auditWord: null,
    audience: 'operator',
    remedy: 'Send the request again with the same idempotency key after Retry-After.',
  },
  NOT_READY: {
    status: 503,
    title: 'The service is not ready; nothing was accepted',
    retryable: true,
    effect: 'none',
    auditWord: null,
    audience: 'operator',
    remedy: 'Send the request again with the same idempotency key after Retry-After.',
  },
  CONFIGURATION_INVALID: {
    status: 500,
    title: 'The configuration is wrong',
    retryable: false,
    effect: 'none',
    auditWord: null,
    audience: 'operator',
    remedy: 'Correct every fault the message lists.',
  },
});
