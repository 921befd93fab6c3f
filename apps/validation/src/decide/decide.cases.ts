import type { AssignmentBody } from '@toolplane/contracts/documents';
import type { RuleName } from '@toolplane/contracts/events';
import { compileDenials, compileSchema } from '@toolplane/security/schemas';
import { sampleAssignment, sampleTool, sampleVersion } from '../testing/sample.js';
import { defaultsOf, measure, withDefaults } from './payload.js';
import type { Case } from './rule.js';

const { inputSchema } = sampleVersion();
const ordinary: Case = {
  tenantId: 'demo', tenant: { id: 'demo', displayName: 'Demo', status: 'active' }, wantedVersion: undefined, agent: null, agentKnown: false,
  agentEnabled: false, assignment: undefined, denials: undefined, sessionId: null, usage: null, granted: false, sent: measure({ text: 'hi' }),
  payload: measure({ text: 'hi' }), tool: sampleTool(), version: sampleVersion(), schema: compileSchema(inputSchema), sensitive: ['/key'], switchedOff: false, killed: null,
};
const given = (overrides: Partial<Case>): Case => ({ ...ordinary, ...overrides });
const tool = (overrides: Parameters<typeof sampleTool>[0]): Case => given({ tool: sampleTool(overrides) });
const payload = (value: Record<string, unknown>): Case => given({ sent: measure(value), payload: measure(value) });
const agent: Partial<Case> = { agent: 'analysis', agentKnown: true, agentEnabled: true };
/** What an agent asks for that has the tool by this assignment. */
const assigned = (body: AssignmentBody, sent: Record<string, unknown> = { text: 'hi' }, overrides: Partial<Case> = {}): Case => {
  const assignment = sampleAssignment(body);
  const measured = measure(sent);
  return given({
    ...agent, assignment, denials: compileDenials(assignment.deniedParameters), sent: measured, payload: withDefaults(measured, defaultsOf(assignment.parameterDefaults)), ...overrides,
  });
};
const dangerous = { tool: sampleTool({ isDangerous: true }) };
const nested = (levels: number): Record<string, unknown> => (levels === 1 ? {} : { a: nested(levels - 1) });
const noTool: Partial<Case> = { tool: undefined, version: undefined, schema: undefined };

/** Verdicts of the twelve rules in their order: p(ass), f(ail), s(kipped). */
export const DECISIONS: readonly (readonly [title: string, given: Case, outcome: string, code: string | null, verdicts: string])[] = [
  ['a valid request of nobody’s agent', ordinary, 'allowed', null, 'ppppp ssss p s p'],
  ['a suspended tenant', given({ tenant: { id: 'demo', displayName: '', status: 'suspended' } }), 'rejected', 'TENANT_INACTIVE', 'fpppp ssss p s p'],
  ['a deleted tenant', given({ tenant: { id: 'demo', displayName: '', status: 'deleted' } }), 'rejected', 'TENANT_INACTIVE', 'fpppp ssss p s p'],
  ['a tenant that is not known', given({ tenant: undefined }), 'rejected', 'TENANT_INACTIVE', 'fpppp ssss p s p'],
  ['an unknown tool', given(noTool), 'rejected', 'TOOL_NOT_FOUND', 'pfssp ssss s s s'],
  ['an unknown version', given({ wantedVersion: '9.0.0', version: undefined, schema: undefined }), 'rejected', 'TOOL_VERSION_NOT_FOUND', 'pfppp ssss s s p'],
  ['a current version that has not been told of', given({ version: undefined, schema: undefined }), 'rejected', 'INTERNAL', 'pfppp ssss s s p'],
  ['a known version', given({ wantedVersion: '1.0.0' }), 'allowed', null, 'ppppp ssss p s p'],
  ['a global tool', tool({ tenantId: null, scope: 'global' }), 'allowed', null, 'ppppp ssss p s p'],
  ['another tenant’s tool', tool({ tenantId: 'acme' }), 'rejected', 'TOOL_NOT_FOUND', 'ppfpp ssss p s p'],
  ['a disabled tool', tool({ enabled: false }), 'rejected', 'TOOL_DISABLED', 'pppfp ssss p s p'],
  ['a tool that the tenant has switched off', given({ switchedOff: true }), 'rejected', 'TOOL_DISABLED', 'pppfp ssss p s p'],
  ['a kill switch', given({ killed: 'tool' }), 'rejected', 'KILL_SWITCH', 'ppppf ssss p s p'],
  ['the tenant’s kill switch', given({ killed: 'tenant' }), 'rejected', 'KILL_SWITCH', 'ppppf ssss p s p'],
  ['an agent that nobody knows', given({ agent: 'analysis' }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fsss p s p'],
  ['an agent without assignment', given(agent), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fsss p s p'],
  ['an agent and an unknown tool', given({ ...noTool, ...agent }), 'rejected', 'TOOL_NOT_FOUND', 'pfssp ssss s s s'],
  ['an agent with a control tool', given({ agent: 'analysis', tool: sampleTool({ name: 'task_success' }) }), 'allowed', null, 'ppppp psss p s p'],
  ['an agent with a tool that only is called like a control tool', given({ agent: 'analysis', tool: sampleTool({ name: 'finish', type: 'http' }) }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fsss p s p'],
  ['an agent and a disabled tool', assigned({}, { text: 'hi' }, { tool: sampleTool({ enabled: false }) }), 'rejected', 'TOOL_DISABLED', 'pppfp pppp p p p'],
  ['an agent with an assignment', assigned({}), 'allowed', null, 'ppppp pppp p p p'],
  ['an agent that is switched off', assigned({}, { text: 'hi' }, { agentEnabled: false }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fppp p p p'],
  ['an assignment that is switched off', assigned({ enabled: false }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fppp p p p'],
  ['a tool that the agent may see, not use', assigned({ allowUse: false }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fppp p p p'],
  ['an agent that is pinned to a version', assigned({ version: '1.0.0' }), 'allowed', null, 'ppppp pppp p p p'],
  ['a request for the version that the agent is pinned to', assigned({ version: '1.0.0' }, { text: 'hi' }, { wantedVersion: '1.0.0' }), 'allowed', null, 'ppppp pppp p p p'],
  ['a request against the pin', assigned({ version: '1.1.0' }, { text: 'hi' }, { wantedVersion: '1.0.0' }), 'rejected', 'TOOL_VERSION_CONFLICT', 'ppppp fppp p p p'],
  ['a pin to a version that does not exist', assigned({ version: '9.0.0' }, { text: 'hi' }, { version: undefined, schema: undefined }), 'rejected', 'TOOL_VERSION_NOT_FOUND', 'pfppp pppp s p p'],
  ['parameters that are allowed', assigned({ allowedParameters: ['text', 'key'] }), 'allowed', null, 'ppppp pppp p p p'],
  ['a parameter that is not allowed', assigned({ allowedParameters: ['text'] }, { text: 'hi', extra: 1 }), 'rejected', 'PARAMETER_NOT_ALLOWED', 'ppppp pfpp p p p'],
  ['a parameter whose name differs in its case', assigned({ allowedParameters: ['Text'] }), 'rejected', 'PARAMETER_NOT_ALLOWED', 'ppppp pfpp p p p'],
  ['no parameter where none is allowed', assigned({ allowedParameters: [], parameterDefaults: { text: 'hi' } }, {}), 'allowed', null, 'ppppp pppp p p p'],
  ['a default that the caller may not send', assigned({ allowedParameters: ['text'], parameterDefaults: { extra: 1 } }), 'allowed', null, 'ppppp pppp p p p'],
  ['a default for what the schema requires', assigned({ parameterDefaults: { text: 'hi' } }, {}), 'allowed', null, 'ppppp pppp p p p'],
  ['a default beside what the caller sent, null', assigned({ parameterDefaults: { text: 'hi' } }, { text: null }), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp pppp f p p'],
  ['a default that the schema refuses', assigned({ parameterDefaults: { text: 1 } }, {}), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp pppp f p p'],
  ['a default that is denied', assigned({ parameterDefaults: { text: '/etc' }, deniedParameters: { text: ['/etc'] } }, {}), 'rejected', 'PARAMETER_VALUE_DENIED', 'ppppp pppf p p p'],
  ['a value that is denied', assigned({ deniedParameters: { text: ['/etc'] } }, { text: '/var/../etc/passwd' }), 'rejected', 'PARAMETER_VALUE_DENIED', 'ppppp pppf p p p'],
  ['a value beside the denied ones', assigned({ deniedParameters: { text: ['/etc'] } }, { text: '/etcetera' }), 'allowed', null, 'ppppp pppp p p p'],
  ['a denied value of a parameter that was not sent', assigned({ deniedParameters: { path: ['/etc'] } }), 'allowed', null, 'ppppp pppp p p p'],
  ['a payload that is too deep to be looked at', assigned({ deniedParameters: { text: ['/etc'] } }, { text: nested(64) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ppps f p p'],
  ['denied values that cannot be compiled', assigned({ deniedParameters: { text: [{ matches: '(' }] } }), 'rejected', 'INTERNAL', 'ppppp pppf p p p'],
  ['a use that is left', assigned({ usageLimit: 2 }, { text: 'hi' }, { sessionId: 's', usage: { limit: 2, used: 1 } }), 'allowed', null, 'ppppp pppp p p p'],
  ['no use that is left', assigned({ usageLimit: 2 }, { text: 'hi' }, { sessionId: 's', usage: { limit: 2, used: 2 } }), 'rejected', 'USAGE_LIMIT_REACHED', 'ppppp pppp p f p'],
  ['a limit of none', assigned({ usageLimit: 0 }, { text: 'hi' }, { sessionId: 's', usage: { limit: 0, used: 0 } }), 'rejected', 'USAGE_LIMIT_REACHED', 'ppppp pppp p f p'],
  ['a limit without a session', assigned({ usageLimit: 2 }), 'rejected', 'SESSION_REQUIRED', 'ppppp pppp p f p'],
  ['uses that nobody has counted', assigned({ usageLimit: 2 }, { text: 'hi' }, { sessionId: 's' }), 'rejected', 'INTERNAL', 'ppppp pppp p f p'],
  ['a dangerous tool that an assignment lifts', assigned({ requiresApproval: false }, { text: 'hi' }, dangerous), 'allowed', null, 'ppppp pppp p p p'],
  ['a harmless tool for which an assignment asks', assigned({ requiresApproval: true }), 'approval_required', null, 'ppppp pppp p p s'],
  ['a dangerous tool that an assignment says nothing of', assigned({}, { text: 'hi' }, dangerous), 'approval_required', null, 'ppppp pppp p p s'],
  ['a dangerous call that was approved', given({ ...dangerous, granted: true }), 'allowed', null, 'ppppp ssss p s p'],
  ['an approved call that may not be made any more', given({ ...dangerous, granted: true, switchedOff: true }), 'rejected', 'TOOL_DISABLED', 'pppfp ssss p s p'],
  ['a control tool, whatever an assignment says', assigned({ allowUse: false, deniedParameters: { text: ['hi'] }, requiresApproval: true }, { text: 'hi' }, { tool: sampleTool({ name: 'finish' }) }), 'allowed', null, 'ppppp psss p s p'],
  ['a payload that breaks the schema', payload({ text: 1 }), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp ssss f s p'],
  ['a payload without what is required', payload({}), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp ssss f s p'],
  ['a payload of 256 KiB', payload({ text: 'x'.repeat(256 * 1024 - 11) }), 'allowed', null, 'ppppp ssss p s p'],
  ['a payload of a byte more', payload({ text: 'x'.repeat(256 * 1024 - 10) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ssss f s p'],
  ['a payload whose bytes are more than its characters', payload({ text: 'ä'.repeat(131_073) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ssss f s p'],
  ['a payload of 64 levels', payload({ text: 'x', deep: nested(63) }), 'allowed', null, 'ppppp ssss p s p'],
  ['a payload of 65 levels', payload({ text: 'x', deep: nested(64) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ssss f s p'],
  ['a payload too large for a tool that does not exist', given({ ...noTool, sent: measure({}), payload: measure({ text: 'x'.repeat(300_000) }) }), 'rejected', 'TOOL_NOT_FOUND', 'pfssp ssss f s s'],
  ['a name that reaches into prototypes', payload(JSON.parse('{"text":"x","__proto__":{"a":1}}') as Record<string, unknown>), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp ssss f s p'],
  ['a number that JSON cannot carry', payload(JSON.parse('{"text":"x","n":1e400}') as Record<string, unknown>), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp ssss f s p'],
  ['a schema that cannot be compiled', given({ schema: compileSchema({ $ref: '#/missing' }) }), 'rejected', 'INTERNAL', 'ppppp ssss f s p'],
  ['a dangerous tool', tool({ isDangerous: true }), 'approval_required', null, 'ppppp ssss p s s'],
  ['a tool that requires an approval', tool({ requiresApproval: true }), 'approval_required', null, 'ppppp ssss p s s'],
  ['a dangerous tool under a control tool’s name', tool({ name: 'finish', isDangerous: true }), 'approval_required', null, 'ppppp ssss p s s'],
  ['a dangerous tool that is disabled', tool({ isDangerous: true, enabled: false }), 'rejected', 'TOOL_DISABLED', 'pppfp ssss p s s'],
  ['all that can be wrong at once', given({ tenant: undefined, switchedOff: true, killed: 'agent', agent: 'a', payload: measure({}) }), 'rejected', 'TENANT_INACTIVE', 'fppff fsss f s p'],
];
export const ORDINARY = ordinary;

/** For each rule a case that hangs on this rule alone: without it, it is decided otherwise. */
export const HANGS_ON: Readonly<Record<RuleName, string>> = {
  tenant_active: 'a suspended tenant',
  tool_exists: 'an unknown version',
  scope: 'another tenant’s tool',
  enablement: 'a disabled tool',
  kill_switch: 'a kill switch',
  agent_assignment: 'a tool that the agent may see, not use',
  parameters_allowed: 'a parameter that is not allowed',
  defaults: 'a default for what the schema requires',
  parameters_denied: 'a value that is denied',
  input_schema: 'a payload that breaks the schema',
  usage_limit: 'no use that is left',
  approval: 'a dangerous call that was approved',
};
