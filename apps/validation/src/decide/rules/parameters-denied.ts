import { parsePointer, valueAt } from '@toolplane/contracts/documents';
import { redact } from '@toolplane/security/redaction';
import type { Denied } from '@toolplane/security/schemas';
import { capped } from '../pointer.js';
import { verdicts, type Case, type Finding } from '../rule.js';
import { ofAssignment } from './of-assignment.js';

const is = verdicts('parameters_denied');
const UNREADABLE = is.skipped('the payload cannot be looked at');
/** The registry has proven every denial it took. */
const BROKEN = is.fail('INTERNAL', 'the denied values of the assignment cannot be compiled');
const REASONS: Readonly<Record<Denied['reason'], string>> = {
  denied: 'has a denied value',
  sealed: 'is sealed, so that nobody can say whether its value is denied',
  costly: 'takes too many steps to be compared with the denied values',
};
const MOST_SHOWN = 20;
const LONGEST_SHOWN = 100;

/** Looks at what is left after the defaults. What cannot be looked at is denied. */
export const parametersDenied = ofAssignment('parameters_denied', (_assignment, given) => {
  const { payload, denials } = given;
  if (!denials?.ok) return BROKEN;
  if (payload.tooLarge || payload.fault) return UNREADABLE;
  const found = denials.find(payload.value);
  return found.length === 0
    ? is.pass
    : is.fail('PARAMETER_VALUE_DENIED', 'a parameter has a value that is denied to this agent', found.slice(0, MOST_SHOWN).map((each) => shown(each, given)));
});

const shown = ({ pointer, denied, reason }: Denied, { payload, sensitive }: Case): Finding => {
  const value: unknown = valueAt(redact(payload.value, { pointers: sensitive, sealed: true, keys: true }).value, parsePointer(pointer) ?? []);
  return {
    pointer: capped(pointer),
    detail: REASONS[reason],
    ...(denied !== null && { denied }),
    ...(typeof value === 'string' ? { value: value.slice(0, LONGEST_SHOWN) } : typeof value !== 'object' && { value }),
  };
};
