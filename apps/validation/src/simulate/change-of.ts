import { completeAssignment, type RegistryAgent, type RegistryAssignment, type RegistryTool, type RegistryToolVersion } from '@toolplane/contracts/documents';
import { ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import { assignmentFaults, compileSchema } from '@toolplane/security/schemas';
import type { Definitions } from '../projection/registry-projection.js';
import type { Change } from './changed-definitions.js';
import type { SimulationBody } from './simulation.js';

/**
 * Makes a change of what was asked for.
 * @throws ToolplaneError TOOL_NOT_FOUND, NOT_FOUND for an agent, DEFINITION_INVALID with every fault of the change itself
 */
export function changeOf(definitions: Definitions, tenantId: string, body: SimulationBody): Change {
  const tool = definitions.tool(tenantId, body.tool);
  if (!tool) throw new ToolplaneError('TOOL_NOT_FOUND');
  const agent = body.agent === undefined ? undefined : definitions.agent(tenantId, body.agent);
  if (body.agent !== undefined && !agent) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such agent type' });
  const version = changedVersion(definitions.version(tool, tool.currentVersion), body);
  const errors = [...faultsOf(body), ...assignedFaults(body, (pin) => (pin === null || pin === version?.version ? version : definitions.version(tool, pin)), tool)];
  if (errors.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details: errors });
  return {
    tool: changedTool(tool, body),
    version: version ?? null,
    assignmentOf: (of, now) => (agent && of.id !== agent.id ? now : changedAssignment(of, tool, now, body)),
  };
}

function faultsOf({ agent, definition, assignment, deniedParameters }: SimulationBody): readonly FieldError[] {
  if (definition === undefined && assignment === undefined && deniedParameters === undefined) {
    return [{ pointer: '', detail: 'changes nothing; give a definition, an assignment or deniedParameters' }];
  }
  const errors: FieldError[] = [];
  if (assignment !== undefined && agent === undefined) errors.push({ pointer: '/agent', detail: 'is needed: whose assignment is it?' });
  if (assignment !== undefined && deniedParameters !== undefined) errors.push({ pointer: '/deniedParameters', detail: 'stands in the assignment, or alone' });
  if (definition?.inputSchema) {
    const compiled = compileSchema(definition.inputSchema);
    if (!compiled.ok) errors.push(...compiled.errors.map(({ pointer, detail }) => ({ pointer: `/definition/inputSchema${pointer}`, detail })));
  }
  return errors;
}

/** What would be refused when it is written is refused when it is tried. */
function assignedFaults(
  { assignment, deniedParameters }: SimulationBody, versionOf: (pin: string | null) => RegistryToolVersion | undefined, { name }: RegistryTool,
): readonly FieldError[] {
  if (!assignment && !deniedParameters) return [];
  const given = completeAssignment(assignment ?? { ...(deniedParameters && { deniedParameters }) });
  const below = assignment ? '/assignment' : '';
  const version = versionOf(given.version);
  if (!version) return [{ pointer: `${below}/version`, detail: 'is not a version of the tool' }];
  return assignmentFaults(given, { name, inputSchema: version.inputSchema }).map(({ pointer, detail }) => ({ pointer: `${below}${pointer}`, detail }));
}

const changedTool = (tool: RegistryTool, { definition = {} }: SimulationBody): RegistryTool => ({
  ...tool,
  enabled: definition.enabled ?? tool.enabled,
  isDangerous: definition.isDangerous ?? tool.isDangerous,
  requiresApproval: definition.requiresApproval ?? tool.requiresApproval,
});

/** The current version as it would be. */
const changedVersion = (version: RegistryToolVersion | undefined, { definition }: SimulationBody): RegistryToolVersion | undefined =>
  version && definition?.inputSchema ? { ...version, inputSchema: definition.inputSchema } : version;

function changedAssignment(agent: RegistryAgent, tool: RegistryTool, now: RegistryAssignment | undefined, { assignment, deniedParameters }: SimulationBody) {
  if (assignment === null) return undefined;
  if (assignment !== undefined) {
    return { tenantId: agent.tenantId, agentId: agent.id, agentName: agent.name, toolId: tool.id, ...completeAssignment(assignment) };
  }
  return now && deniedParameters ? { ...now, deniedParameters } : now;
}
