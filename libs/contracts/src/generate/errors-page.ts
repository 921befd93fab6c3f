import { ERROR_FAMILIES } from '../errors/index.js';
import { generated, table } from './markdown.js';

const HEAD = ['code', 'HTTP', 'what', 'retryable', 'effect', 'usage audit', 'who can act', 'remedy'];

/** `docs/errors.md`: every code with what it means for programs and for people. */
export const errorsPage = (): string =>
  `${generated('Errors', 'libs/contracts/src/errors')}
Over HTTP an error is a problem document (RFC 9457) with \`type\` \`urn:toolplane:error:<CODE>\`; in records and events it is
\`{"code","message","retryable","effect","retryAfterMs","httpStatus","errors","remedy"}\`. **retryable**: the same request may be sent again
as a new execution without risk of doing it twice. **effect**: whether the outside call may have happened. **usage audit**: the word of the
outcome’s entry; without one the code never ends an execution. A single occurrence may know better and say otherwise than this page: a
call that was refused before it began has no effect, whatever its code usually means.
${ERROR_FAMILIES.map(
  ({ title, errors }) => `
## ${title}

${table(
  HEAD,
  Object.entries(errors).map(([code, error]) => [
    `\`${code}\``,
    String(error.status),
    error.title,
    error.retryable ? 'yes' : 'no',
    error.effect,
    error.auditWord ?? '–',
    error.audience,
    error.remedy,
  ]),
)}
`,
).join('')}`;
