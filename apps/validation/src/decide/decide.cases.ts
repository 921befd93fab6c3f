import { compileSchema } from '@toolplane/security/schemas';
import { sampleTool, sampleVersion } from '../testing/sample.js';
import { measure } from './payload.js';
import type { Case } from './rule.js';

const { inputSchema } = sampleVersion();
const ordinary: Case = {
  tenantId: 'demo', tenant: { id: 'demo', displayName: 'Demo', status: 'active' }, wantedVersion: undefined, agent: null, agentKnown: false,
  agentEnabled: false, assignment: undefined, denials: undefined, sessionId: null, usage: null, granted: false, sent: measure({ text: 'hi' }),
  payload: measure({ text: 'hi' }), tool: sampleTool(), version: sampleVersion(), schema: compileSchema(inputSchema), sensitive: ['/key'], switchedOff: false, killed: null,
};
const given = (overrides: Partial<Case>): Case => ({ ...ordinary, ...overrides });
const tool = (overrides: Parameters<typeof sampleTool>[0]): Case => given({ tool: sampleTool(overrides) });
const payload = (value: Record<string, unknown>): Case => given({ payload: measure(value) });
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
  ['an agent without assignment', given({ agent: 'analysis' }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fsss p s p'],
  ['an agent and an unknown tool', given({ ...noTool, agent: 'analysis' }), 'rejected', 'TOOL_NOT_FOUND', 'pfssp ssss s s s'],
  ['an agent with a control tool', given({ agent: 'analysis', tool: sampleTool({ name: 'task_success' }) }), 'allowed', null, 'ppppp psss p s p'],
  ['an agent with a tool that only is called like a control tool', given({ agent: 'analysis', tool: sampleTool({ name: 'finish', type: 'http' }) }), 'rejected', 'TOOL_NOT_ASSIGNED', 'ppppp fsss p s p'],
  ['a payload that breaks the schema', payload({ text: 1 }), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp ssss f s p'],
  ['a payload without what is required', payload({}), 'rejected', 'REQUEST_INPUT_INVALID', 'ppppp ssss f s p'],
  ['a payload of 256 KiB', payload({ text: 'x'.repeat(256 * 1024 - 11) }), 'allowed', null, 'ppppp ssss p s p'],
  ['a payload of a byte more', payload({ text: 'x'.repeat(256 * 1024 - 10) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ssss f s p'],
  ['a payload whose bytes are more than its characters', payload({ text: 'ä'.repeat(131_073) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ssss f s p'],
  ['a payload of 64 levels', payload({ text: 'x', deep: nested(63) }), 'allowed', null, 'ppppp ssss p s p'],
  ['a payload of 65 levels', payload({ text: 'x', deep: nested(64) }), 'rejected', 'REQUEST_TOO_LARGE', 'ppppp ssss f s p'],
  ['a payload too large for a tool that does not exist', given({ ...noTool, payload: measure({ text: 'x'.repeat(300_000) }) }), 'rejected', 'TOOL_NOT_FOUND', 'pfssp ssss f s s'],
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
