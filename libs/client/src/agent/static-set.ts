import {
  completeAgent, completeAssignment, completeTool, CONTROL_TOOLS, implementationOf, restrictedSchema, toolOf,
  type AgentDefinition, type AssignmentBody, type DeclaredSet, type LoadedTool, type ToolBody,
} from '@toolplane/contracts/documents';

/** An agent type with its tools, from files. */
export interface StaticAgent {
  readonly agent: AgentDefinition;
  readonly tools: readonly LoadedTool[];
}

/** What a declared set says of an agent type, restricted as its assignments say; undefined where it declares none of that name. */
export function staticAgent(set: DeclaredSet, name: string, toolkits?: readonly string[]): StaticAgent | undefined {
  const declared = set.agents.find(({ agent }) => agent.name === name);
  if (!declared) return undefined;
  const wanted = toolkits && new Set(set.toolkits.filter((toolkit) => toolkits.includes(toolkit.name)).flatMap(({ tools = [] }) => tools));
  const agent = completeAgent(declared.agent);
  const own = agent.enabled ? declared.assignments.filter(({ tool }) => wanted?.has(tool) ?? true) : [];
  const tools = own.flatMap(({ tool, terms }) => {
    const body = set.tools.find((each) => each.name === tool);
    return body && (body.enabled ?? true) && (terms.enabled ?? true) ? [loaded(body, terms)] : [];
  });
  const ordered = tools.toSorted((a, b) => a.orderIndex - b.orderIndex);
  const after = (ordered.at(-1)?.orderIndex ?? -1) + 1;
  return { agent, tools: [...ordered, ...CONTROL_TOOLS.map((control, index) => ({ ...loaded(toolOf(control), { orderIndex: after + index }), isControl: true, isDangerous: false, requiresApproval: false }))] };
}

/** A tool with the restrictions of its assignment, as `registry` would show it. */
function loaded(body: ToolBody, terms: AssignmentBody): LoadedTool {
  const tool = completeTool(body);
  const assignment = completeAssignment(terms);
  const metadata = tool.implementation === undefined ? undefined : implementationOf(tool.implementation)?.metadata;
  return {
    name: tool.name, toolId: null, version: body.version ?? null, category: tool.category, description: tool.description,
    usageNote: tool.exampleUsage ?? metadata?.usageNote ?? null,
    inputSchema: restrictedSchema(tool.inputSchema, assignment), outputSchema: tool.outputSchema, examples: [...tool.examples], tags: [...tool.tags],
    isControl: false, isDangerous: tool.isDangerous, idempotent: tool.idempotent, isReadOnly: metadata?.isReadOnly ?? null,
    requiresApproval: assignment.requiresApproval ?? (tool.isDangerous || tool.requiresApproval),
    allowUse: assignment.allowUse, usageLimit: assignment.usageLimit, orderIndex: assignment.orderIndex, shadowed: false,
  };
}
