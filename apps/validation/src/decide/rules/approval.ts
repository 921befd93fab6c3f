import type { RegistryTool } from '@toolplane/contracts/documents';
import { verdicts, type Case, type Rule } from '../rule.js';
import { isControl } from './control.js';

const is = verdicts('approval');
const NO_TOOL = is.skipped('there is no such tool');
const WAITS = 'the call waits for an approval';
const ASSIGNED = is.skipped(WAITS, { requiredBy: 'assignment' });
const DANGEROUS = is.skipped(WAITS, { requiredBy: 'isDangerous' });
const REQUIRED = is.skipped(WAITS, { requiredBy: 'requiresApproval' });
const GRANTED = is.passWith({ granted: true });
const LIFTED = is.passWith({ liftedBy: 'assignment' });

type Known = Pick<Case, 'tool' | 'assignment'>;
const requiredByTool = ({ isDangerous, requiresApproval }: RegistryTool): boolean => isDangerous || requiresApproval;

/** Dangerous implies an approval for each call; an assignment may ask for one or lift it. A control tool never needs one. */
export const needsApproval = ({ tool, assignment }: Known): boolean =>
  tool !== undefined && !isControl(tool) && (assignment?.requiresApproval ?? requiredByTool(tool));

/** Never fails here: what needs an approval is not refused, it waits for one. */
export const approval: Rule = {
  name: 'approval',
  judge: (given) => {
    const { tool, assignment, granted } = given;
    if (!tool) return NO_TOOL;
    if (!needsApproval(given)) return requiredByTool(tool) ? LIFTED : is.pass;
    if (granted) return GRANTED;
    if (assignment?.requiresApproval) return ASSIGNED;
    return tool.isDangerous ? DANGEROUS : REQUIRED;
  },
};
