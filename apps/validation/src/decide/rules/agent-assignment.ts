import { verdicts, type Case, type Rule } from '../rule.js';
import { isControl } from './control.js';

const is = verdicts('agent_assignment');
const NO_AGENT = is.skipped('no agent is named');
const NO_TOOL = is.skipped('there is no such tool');
const FAIL = is.fail('TOOL_NOT_ASSIGNED', 'the tool is not assigned to this agent');

/** An agent has the tools that are assigned to it and the control tools, and no others: without an assignment it is refused. */
export const agentAssignment: Rule = {
  name: 'agent_assignment',
  judge: ({ agent, tool }: Case) => (agent === null ? NO_AGENT : !tool ? NO_TOOL : isControl(tool) ? is.pass : FAIL),
};
