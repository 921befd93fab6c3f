export type { Binding } from './binding.js';
export { MOST_SEALED_FIELDS } from './limits.js';
export { makeSealingKeys } from './make-keys.js';
export { openPayload, type OpenedPayload } from './open.js';
export { repeatableSealing, type Repeatable } from './repeatable.js';
export { sealPayload, type SealedPayload } from './seal.js';
export { isSealed, SEALED, sealingOverhead, type SealedValue } from './sealed-form.js';
export { sensitiveIn } from './sensitive-in.js';
