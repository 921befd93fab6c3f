import { verdicts } from '../rule.js';
import { ofAssignment } from './of-assignment.js';

const is = verdicts('usage_limit');
const UNLIMITED = -1;
const NO_SESSION = is.fail('SESSION_REQUIRED', 'the agent may use the tool a limited number of times a session, and no session is named');
/** Whoever decides has to have counted first. */
const NOT_COUNTED = is.fail('INTERNAL', 'the uses of this session have not been counted');

/** Compares, and counts nothing: a use is taken by whoever stores the decision. */
export const usageLimit = ofAssignment('usage_limit', ({ usageLimit: limit }, { sessionId, usage }) => {
  if (limit === UNLIMITED) return is.pass;
  if (sessionId === null) return NO_SESSION;
  if (usage === null) return NOT_COUNTED;
  const details = { limit, used: usage.used };
  return usage.used < limit ? is.passWith(details) : is.fail('USAGE_LIMIT_REACHED', 'the agent has used the tool as often as it may in this session', details);
});
