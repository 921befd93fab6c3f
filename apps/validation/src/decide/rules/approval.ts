import { verdicts, type Case, type Rule } from '../rule.js';
import { isControl } from './control.js';

const is = verdicts('approval');
const NO_TOOL = is.skipped('there is no such tool');
const WAITS = is.skipped('the call waits for an approval');

/** Dangerous implies an approval for each call. */
export const needsApproval = ({ tool }: Pick<Case, 'tool'>): boolean =>
  tool !== undefined && (tool.isDangerous || tool.requiresApproval) && !isControl(tool);

/** Never fails here: what needs an approval is not refused, it waits for one. */
export const approval: Rule = {
  name: 'approval',
  judge: (given) => (!given.tool ? NO_TOOL : needsApproval(given) ? WAITS : is.pass),
};
