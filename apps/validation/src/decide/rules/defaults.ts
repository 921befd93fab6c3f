import { verdicts } from '../rule.js';
import { ofAssignment } from './of-assignment.js';

const is = verdicts('defaults');

/** They were filled in before any rule was judged, so that none changes what the next one sees: this one says which. */
export const defaults = ofAssignment('defaults', (_assignment, { payload: { filledIn } }) => (filledIn.length === 0 ? is.pass : is.passWith({ filledIn })));
