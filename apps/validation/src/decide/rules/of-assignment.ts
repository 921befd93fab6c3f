import type { RegistryAssignment } from '@toolplane/contracts/documents';
import { NO_AGENT, type RuleName } from '@toolplane/contracts/events';
import { verdicts, type Case, type Rule, type Verdict } from '../rule.js';
import { isControl } from './control.js';

/**
 * A rule that an assignment sets. Without an agent or an assignment there is nothing that it could look at; that an agent without one is
 * refused is `agent_assignment`'s to say. A control tool cannot be restricted.
 */
export const ofAssignment = (name: RuleName, judge: (assignment: RegistryAssignment, given: Case) => Verdict): Rule => {
  const is = verdicts(name);
  const noAgent = is.skipped(NO_AGENT);
  const control = is.skipped('a control tool has no assignment');
  const noAssignment = is.skipped('the agent has no assignment of this tool');
  return {
    name,
    judge: (given) => {
      const { agent, tool, assignment } = given;
      if (agent === null) return noAgent;
      if (tool && isControl(tool)) return control;
      return assignment ? judge(assignment, given) : noAssignment;
    },
  };
};
