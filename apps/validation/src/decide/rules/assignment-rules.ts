import type { RuleName } from '@toolplane/contracts/events';
import { verdicts, type Rule } from '../rule.js';
import { isControl } from './control.js';

/** A rule that an assignment sets. Without an assignment there is nothing that it could look at, and `agent_assignment` has refused. */
const ofAssignment = (name: RuleName): Rule => {
  const is = verdicts(name);
  const noAgent = is.skipped('no agent is named');
  const control = is.skipped('a control tool has no assignment');
  const noAssignment = is.skipped('the agent has no assignment of this tool');
  return { name, judge: ({ agent, tool }) => (agent === null ? noAgent : tool && isControl(tool) ? control : noAssignment) };
};

export const parametersAllowed = ofAssignment('parameters_allowed');
export const defaults = ofAssignment('defaults');
export const parametersDenied = ofAssignment('parameters_denied');
export const usageLimit = ofAssignment('usage_limit');
