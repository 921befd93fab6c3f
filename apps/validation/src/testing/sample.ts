import { completeAssignment, type AssignmentBody, type RegistryAgent, type RegistryAssignment, type RegistryTool, type RegistryToolVersion } from '@toolplane/contracts/documents';
import { createEvent, ToolControlChanged, ToolRegistryChanged, type EventOf } from '@toolplane/contracts/events';
import { GLOBAL, newId } from '@toolplane/contracts/ids';

/** Definitions for specs, and the events by which the registry tells of them. */
export const ECHO_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e10';
export const ANALYSIS_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8ea0';
let revision = 0;

export const sampleTool = (overrides: Partial<RegistryTool> = {}): RegistryTool => ({
  tenantId: 'demo', id: ECHO_ID, name: 'echo', type: 'dummy', provider: 'dummy', scope: 'tenant', currentVersion: '1.0.0', enabled: true,
  isDangerous: false, requiresApproval: false, approval: { required: 1, expiresAfterMs: 86_400_000 }, auth: { type: 'none' }, deleted: false,
  ...overrides,
});

export const sampleVersion = (overrides: Partial<RegistryToolVersion> = {}): RegistryToolVersion => ({
  tenantId: 'demo', toolId: ECHO_ID, version: '1.0.0', name: 'echo', description: 'Returns its payload.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' }, key: { type: 'string', writeOnly: true } }, required: ['text'] },
  outputSchema: null, spec: {}, timeoutMs: 30_000, retry: { maxAttempts: 3, backoffMs: 500 }, idempotent: true,
  ...overrides,
});

export const sampleAgent = (overrides: Partial<RegistryAgent> = {}): RegistryAgent => ({
  tenantId: 'demo', id: ANALYSIS_ID, name: 'analysis', enabled: true, deleted: false, ...overrides,
});

/** What the agent `analysis` may do with `echo`. */
export const sampleAssignment = (body: AssignmentBody = {}, overrides: Partial<RegistryAssignment> = {}): RegistryAssignment => ({
  tenantId: 'demo', agentId: ANALYSIS_ID, agentName: 'analysis', toolId: ECHO_ID, ...completeAssignment(body), ...overrides,
});

type Changed = ToolRegistryChanged['data'];
export const changed = (tenantId: string, kind: Changed['kind'], id: string, object: unknown, rest: Partial<Changed> = {}): EventOf<typeof ToolRegistryChanged> =>
  createEvent(ToolRegistryChanged, {
    tenantId, id: newId(), subject: `${kind} ${id}`, source: 'registry', time: new Date(),
    data: { kind, id, revision: ++revision, deleted: false, object, change: null, changedBy: null, ...rest },
  });

export const tenantChanged = (id: string, status = 'active') => changed(id, 'tenant', id, { id, displayName: id, status });

/** A tool with its versions, in the order in which the registry tells of them. */
export const toolChanged = (tool: Partial<RegistryTool> = {}, versions: readonly Partial<RegistryToolVersion>[] = [{}]) => {
  const { tenantId, id, name } = sampleTool(tool);
  const owner = tenantId ?? GLOBAL;
  return [
    ...versions.map((each) => {
      const version = sampleVersion({ tenantId, toolId: id, name, ...each });
      return changed(owner, 'tool_version', `${id}@${version.version}`, version);
    }),
    changed(owner, 'tool', id, sampleTool(tool)),
  ];
};

export const agentChanged = (overrides: Partial<RegistryAgent> = {}, rest: Partial<Changed> = {}) => {
  const agent = sampleAgent(overrides);
  return changed(agent.tenantId ?? GLOBAL, 'agent', agent.id, agent, rest);
};

export const assignmentChanged = (body: AssignmentBody = {}, overrides: Partial<RegistryAssignment> = {}, rest: Partial<Changed> = {}) => {
  const assignment = sampleAssignment(body, overrides);
  return changed(assignment.tenantId ?? GLOBAL, 'assignment', `${assignment.agentId}:${assignment.toolId}`, assignment, rest);
};

type Controlled = ToolControlChanged['data'];
export const switched = (tenantId: string, type: Controlled['target']['type'], id: string, on = true): EventOf<typeof ToolControlChanged> =>
  createEvent(ToolControlChanged, {
    tenantId, id: newId(), subject: `kill_switch ${type} ${id}`, source: 'registry', time: new Date(),
    data: { kind: 'kill_switch', target: { type, id }, on, state: null, reason: 'test', revision: ++revision, changedBy: null },
  });
