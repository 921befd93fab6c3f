import { verdicts } from '../rule.js';
import { filledIn } from '../with-defaults.js';
import { ofAssignment } from './of-assignment.js';

const is = verdicts('defaults');

/** They were filled in before any rule was judged, so that none changes what the next one sees: this one says which. */
export const defaults = ofAssignment('defaults', (_assignment, { sent, payload }) =>
  payload === sent ? is.pass : is.passWith({ filledIn: filledIn(sent, payload) }));
