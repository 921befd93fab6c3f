export { REDACTED, redact, redactor, type Redacted, type Redaction, type RedactOptions, type Redactor } from './redact.js';
export { isSensitiveKey } from './sensitive-key.js';
