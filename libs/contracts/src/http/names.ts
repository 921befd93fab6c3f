/** Names on the HTTP edge, lower case as they are read. */
export const HTTP_HEADERS = Object.freeze({
  idempotencyKey: 'idempotency-key',
  idempotentReplayed: 'idempotent-replayed',
  prefer: 'prefer',
  preferenceApplied: 'preference-applied',
  /** The platform administrator's choice of a tenant; 403 from anyone else. */
  tenant: 'x-toolplane-tenant',
  /** The internal token that lives a minute; never accepted from outside. */
  internalToken: 'x-toolplane-token',
});

/** An idempotency key is 1 to 255 visible characters. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** Longest wait of `Prefer: wait=N`, in seconds; more counts as this. */
export const MAX_WAIT_SECONDS = 60;
