import { CONTROL_TOOLS, implementationOf, restrictedSchema, toolOf, type ControlTool, type LoadedTool, type ToolBody } from '@toolplane/contracts/documents';
import type { AssignedTool, ControlRow } from './assigned-tools.queries.js';

const textsOf = ({ description, exampleUsage, category, outputSchema, examples, tags, idempotent, implementation }: ToolBody) => ({
  description,
  usageNote: exampleUsage ?? (implementation === undefined ? null : (implementationOf(implementation)?.metadata.usageNote ?? null)),
  category,
  outputSchema: outputSchema ?? null,
  examples: [...(examples ?? [])],
  tags: [...(tags ?? [])],
  idempotent: idempotent ?? false,
  isReadOnly: implementation === undefined ? null : (implementationOf(implementation)?.metadata.isReadOnly ?? null),
});

/** A tool with the restrictions of its assignment. The terms of approval come from the assignment, else from what the tool is now. */
export const loadedTool = (row: AssignedTool): LoadedTool => ({
  name: row.definition.name,
  toolId: row.toolId,
  version: row.version,
  ...textsOf(row.definition),
  inputSchema: restrictedSchema(row.definition.inputSchema, row),
  isControl: false,
  isDangerous: row.isDangerous,
  requiresApproval: row.requiresApproval ?? (row.isDangerous || row.toolRequiresApproval),
  allowUse: row.allowUse,
  usageLimit: row.usageLimit,
  orderIndex: row.orderIndex,
  shadowed: row.shadowed,
});

/** Every control tool, whether or not the tenant has one of its own, and whatever was said of it: no agent is without. */
export const controlTools = (rows: readonly ControlRow[], after: number): LoadedTool[] =>
  CONTROL_TOOLS.map((name: ControlTool, index): LoadedTool => {
    const row = rows.find(({ definition }) => definition.name === name);
    const { inputSchema, ...definition } = row?.definition ?? toolOf(name);
    return {
      name,
      toolId: row?.toolId ?? null,
      version: row?.version ?? null,
      ...textsOf({ ...definition, inputSchema }),
      inputSchema,
      isControl: true,
      isDangerous: false,
      requiresApproval: false,
      allowUse: true,
      usageLimit: -1,
      orderIndex: after + index,
      shadowed: false,
    };
  });
