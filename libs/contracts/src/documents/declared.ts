import { Type, type Static } from 'typebox';
import { AgentBody } from './agent.js';
import { AssignmentBody } from './assignment.js';
import { CATEGORY_PATTERN, NAME_PATTERN } from './names.js';
import { ToolBody } from './tool.js';
import { ToolkitBody } from './toolkit.js';

const ToolName = Type.String({ pattern: NAME_PATTERN, description: 'Name of a declared tool.' });
const Names = Type.Array(ToolName, { maxItems: 1_000, uniqueItems: true });

/** A tool of an agent type: its name alone, or with the terms of the assignment. */
export const SpecificTool = Type.Union(
  [ToolName, Type.Object({ tool: ToolName, ...AssignmentBody.properties }, { additionalProperties: false, description: 'A tool with the terms on which the agent type may use it.' })],
  { description: 'A tool of an agent type.' },
);
export type SpecificTool = Static<typeof SpecificTool>;

export const DeclaredAgent = Type.Object(
  {
    ...AgentBody.properties,
    specificTools: Type.Optional(Type.Array(SpecificTool, { maxItems: 1_000, description: 'Tools of this agent type, in their order.' })),
    commonCategories: Type.Optional(
      Type.Array(Type.String({ pattern: CATEGORY_PATTERN }), { maxItems: 100, uniqueItems: true, description: 'Groups of tools it shares with others; they follow its own.' }),
    ),
  },
  { additionalProperties: false, description: 'An agent type with its tools.' },
);
export type DeclaredAgent = Static<typeof DeclaredAgent>;

/** One file of `deploy/config/`. What one declares, the others may name. */
export const DeclaredFile = Type.Object(
  {
    tools: Type.Optional(Type.Array(ToolBody)),
    toolkits: Type.Optional(Type.Array(ToolkitBody)),
    commonCategories: Type.Optional(Type.Record(Type.String({ pattern: CATEGORY_PATTERN }), Names, { description: 'Names of tools by category.' })),
    agents: Type.Optional(Type.Array(DeclaredAgent)),
  },
  { additionalProperties: false, description: 'Declared tools, toolkits, common categories and agent types.' },
);
export type DeclaredFile = Static<typeof DeclaredFile>;

/** Several files, read: what each holds, by the name it is shown under. */
export interface DeclaredSource {
  readonly file: string;
  readonly content: DeclaredFile;
}

/** Where and what. */
export interface DeclaredFault {
  readonly file: string;
  readonly pointer: string;
  readonly detail: string;
}

export interface DeclaredAssignment {
  readonly tool: string;
  readonly terms: AssignmentBody;
}

/** The declared set as a whole: everything is global, every name is one of the set. */
export interface DeclaredSet {
  readonly tools: readonly ToolBody[];
  readonly toolkits: readonly ToolkitBody[];
  readonly agents: readonly { readonly agent: AgentBody; readonly assignments: readonly DeclaredAssignment[] }[];
}

/** A tool's specific terms go before what a category would give it, and the first category before the next. */
const assignmentsOf = ({ specificTools = [], commonCategories = [] }: DeclaredAgent, categories: ReadonlyMap<string, readonly string[]>): DeclaredAssignment[] => {
  const found = new Map<string, AssignmentBody>();
  for (const one of specificTools) {
    const { tool, ...terms } = typeof one === 'string' ? { tool: one } : one;
    if (!found.has(tool)) found.set(tool, terms);
  }
  for (const tool of commonCategories.flatMap((name) => categories.get(name) ?? [])) if (!found.has(tool)) found.set(tool, {});
  return [...found].map(([tool, terms], place) => ({ tool, terms: { orderIndex: place, ...terms } }));
};

/** Puts files that were checked together: categories are resolved, places in the order of an agent's tools counted. */
export const declaredSet = (sources: readonly DeclaredSource[]): DeclaredSet => {
  const contents = sources.map(({ content }) => content);
  const categories = new Map(contents.flatMap(({ commonCategories = {} }) => Object.entries(commonCategories)));
  return {
    tools: contents.flatMap(({ tools = [] }) => tools).map((tool) => ({ ...tool, scope: 'global' })),
    toolkits: contents.flatMap(({ toolkits = [] }) => toolkits).map((toolkit) => ({ ...toolkit, scope: 'global' })),
    agents: contents
      .flatMap(({ agents = [] }) => agents)
      .map((declared) => {
        const { specificTools: _specific, commonCategories: _common, ...agent } = declared;
        return { agent: { ...agent, scope: 'global' }, assignments: assignmentsOf(declared, categories) };
      }),
  };
};
