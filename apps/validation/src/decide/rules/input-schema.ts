import { verdicts, type Rule } from '../rule.js';

const is = verdicts('input_schema');
const TOO_LARGE = is.fail('REQUEST_TOO_LARGE', 'the payload is larger than 256 KiB or deeper than 64 levels');
const SKIPPED = is.skipped('there is no such tool or version');
/** The registry has proven every schema it took. */
const BROKEN = is.fail('INTERNAL', 'the input schema of the tool cannot be compiled');
const INVALID = 'the payload breaks the input schema';

export const inputSchema: Rule = {
  name: 'input_schema',
  judge: ({ payload, schema }) => {
    if (payload.tooLarge) return TOO_LARGE;
    if (payload.fault) return is.fail('REQUEST_INPUT_INVALID', INVALID, [payload.fault]);
    if (!schema) return SKIPPED;
    if (!schema.ok) return BROKEN;
    const errors = schema.check(payload.value);
    return errors.length === 0 ? is.pass : is.fail('REQUEST_INPUT_INVALID', INVALID, errors);
  },
};
