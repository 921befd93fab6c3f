import type { RegistryAssignment } from '@toolplane/contracts/documents';
import { NO_AGENT } from '@toolplane/contracts/events';
import { verdicts, type Case, type Rule, type Verdict } from '../rule.js';
import { isControl } from './control.js';

const is = verdicts('agent_assignment');
const NOBODY = is.skipped(NO_AGENT);
const NO_TOOL = is.skipped('there is no such tool');
const UNKNOWN = is.fail('TOOL_NOT_ASSIGNED', 'there is no such agent type for this tenant', { agentKnown: false });
const DISABLED = is.fail('TOOL_NOT_ASSIGNED', 'the agent type is switched off', { agentEnabled: false });
const UNASSIGNED = is.fail('TOOL_NOT_ASSIGNED', 'the tool is not assigned to this agent', { assignment: null });
const SWITCHED_OFF = is.fail('TOOL_NOT_ASSIGNED', 'the assignment of the tool to this agent is switched off', { enabled: false });
const NOT_TO_USE = is.fail('TOOL_NOT_ASSIGNED', 'the agent may see this tool, not use it', { allowUse: false });

/** An agent has the tools that are assigned to it and the control tools, and no others: without an assignment it is refused. */
export const agentAssignment: Rule = {
  name: 'agent_assignment',
  judge: (given) => {
    if (given.agent === null) return NOBODY;
    if (!given.tool) return NO_TOOL;
    if (isControl(given.tool)) return is.pass;
    if (!given.agentKnown) return UNKNOWN;
    if (!given.agentEnabled) return DISABLED;
    return given.assignment ? byAssignment(given.assignment, given) : UNASSIGNED;
  },
};

function byAssignment({ enabled, allowUse, version }: RegistryAssignment, { wantedVersion }: Case): Verdict {
  if (!enabled) return SWITCHED_OFF;
  if (!allowUse) return NOT_TO_USE;
  if (version === null) return is.pass;
  const details = { pinned: version, requested: wantedVersion ?? null };
  return wantedVersion === undefined || wantedVersion === version
    ? is.passWith(details)
    : is.fail('TOOL_VERSION_CONFLICT', 'the agent is pinned to another version of the tool', details);
}
