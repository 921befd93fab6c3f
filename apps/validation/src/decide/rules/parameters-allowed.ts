import { pointerTo } from '../pointer.js';
import { verdicts, type Finding } from '../rule.js';
import { ofAssignment } from './of-assignment.js';

const is = verdicts('parameters_allowed');
const MOST_SHOWN = 20;

/** Looks at the names that the caller sent, not at what defaults fill in: a default may set what the caller may not. */
export const parametersAllowed = ofAssignment('parameters_allowed', ({ allowedParameters }, { sent }) => {
  if (allowedParameters === null) return is.pass;
  let found: Finding[] | undefined;
  for (const name of Object.keys(sent.value)) if (!allowedParameters.includes(name)) (found ??= []).push(notAllowed(name));
  return found ? is.fail('PARAMETER_NOT_ALLOWED', 'a parameter was sent that this agent may not send', found.slice(0, MOST_SHOWN)) : is.pass;
});

const notAllowed = (name: string): Finding => ({ pointer: pointerTo(name), detail: 'is not a parameter that this agent may send' });
