import type { FieldError } from '../errors/toolplane-error.js';
import { checkAgent } from './agent.js';
import { checkTool } from './check-tool.js';
import { isControlTool } from './control-tools.js';
import type { DeclaredAgent, DeclaredFault, DeclaredFile, DeclaredSource } from './declared.js';
import { checkName, foldName } from './names.js';
import type { ToolBody } from './tool.js';

type Kind = 'tool' | 'toolkit' | 'category' | 'agent type';
interface Named {
  readonly kind: Kind;
  readonly name: string;
  readonly file: string;
  readonly pointer: string;
}

const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

const namesOf = ({ file, content: { tools = [], toolkits = [], commonCategories = {}, agents = [] } }: DeclaredSource): Named[] => {
  const listed = (kind: Kind, under: string, items: readonly { readonly name: string }[]): Named[] =>
    items.map(({ name }, index) => ({ kind, name, file, pointer: `/${under}/${index}/name` }));
  return [
    ...listed('tool', 'tools', tools),
    ...listed('toolkit', 'toolkits', toolkits),
    ...Object.keys(commonCategories).map((name): Named => ({ kind: 'category', name, file, pointer: `/commonCategories/${escaped(name)}` })),
    ...listed('agent type', 'agents', agents),
  ];
};

/** Names are compared in the form in which the registry keeps them apart. */
const duplicates = (names: readonly Named[]): DeclaredFault[] => {
  const first = new Map<string, Named>();
  return names.flatMap((named) => {
    const key = `${named.kind} ${foldName(named.name)}`;
    const before = first.get(key);
    if (!before) first.set(key, named);
    return before ? [{ file: named.file, pointer: named.pointer, detail: `the ${named.kind} "${named.name}" is declared already, as "${before.name}" in ${before.file}` }] : [];
  });
};

/** Whatever is declared belongs to everybody. */
const ofScope = (scope: string | undefined): FieldError[] => (scope === 'tenant' ? [{ pointer: '/scope', detail: 'of what a file declares is global' }] : []);

const unknownTool = (name: string, known: ReadonlySet<string>, pointer: string): FieldError[] => {
  if (isControlTool(name)) return [{ pointer, detail: `"${name}" is a control tool: every agent has it, it cannot be assigned` }];
  return known.has(name) ? [] : [{ pointer, detail: `the tool "${name}" is unknown: no file declares it` }];
};

const checkTools = (names: readonly string[], known: ReadonlySet<string>, at: string): FieldError[] =>
  names.flatMap((name, index) => unknownTool(name, known, `${at}/${index}`));

const checkAgentTools = ({ specificTools = [], commonCategories = [] }: DeclaredAgent, tools: ReadonlySet<string>, categories: ReadonlySet<string>): FieldError[] => {
  const seen = new Set<string>();
  const specific = specificTools.flatMap((one, index) => {
    const name = typeof one === 'string' ? one : one.tool;
    const pointer = `/specificTools/${index}${typeof one === 'string' ? '' : '/tool'}`;
    const twice = seen.has(name) ? [{ pointer, detail: `the tool "${name}" is listed twice` }] : [];
    seen.add(name);
    const pinned = typeof one === 'string' || one.version == null ? [] : [{ pointer: `/specificTools/${index}/version`, detail: 'a file declares one version of a tool: there is none to pin' }];
    return [...unknownTool(name, tools, pointer), ...twice, ...pinned];
  });
  const unknown = commonCategories.flatMap((name, index) =>
    categories.has(name) ? [] : [{ pointer: `/commonCategories/${index}`, detail: `the category "${name}" is unknown: no file declares it` }],
  );
  return [...specific, ...unknown];
};

const withoutDefault = (sources: readonly DeclaredSource[]): DeclaredFault[] =>
  sources
    .flatMap(({ file, content: { agents = [] } }) => agents.flatMap(({ isDefault, name }, index) => (isDefault ? [{ file, name, pointer: `/agents/${index}/isDefault` }] : [])))
    .slice(1)
    .map(({ file, pointer, name }) => ({ file, pointer, detail: `"${name}" is a second default agent type` }));

const under = (prefix: string, errors: readonly FieldError[]): FieldError[] => errors.map(({ pointer, detail }) => ({ pointer: `${prefix}${pointer}`, detail }));

/** Everything that is wrong with one tool. */
export type CheckOfTool = (tool: ToolBody) => readonly FieldError[];

/**
 * What files must hold together, beyond their schema: no name twice, every tool and category that is named is declared, each definition
 * right by itself. Every fault, not the first.
 * @param ofTool how a tool is checked: here as far as its definition tells without compiling anything
 */
export const checkDeclared = (sources: readonly DeclaredSource[], ofTool: CheckOfTool = checkTool): DeclaredFault[] => {
  const names = sources.flatMap(namesOf);
  const of = (kind: Kind): ReadonlySet<string> => new Set(names.filter((named) => named.kind === kind).map(({ name }) => name));
  const [tools, categories] = [of('tool'), of('category')];
  const checkFile = ({ tools: ownTools = [], toolkits = [], commonCategories = {}, agents = [] }: DeclaredFile): FieldError[] => [
    ...ownTools.flatMap((tool, index) => under(`/tools/${index}`, [...ofScope(tool.scope), ...ofTool(tool)])),
    ...toolkits.flatMap((toolkit, index) => under(`/toolkits/${index}`, [...ofScope(toolkit.scope), ...checkName(toolkit.name), ...checkTools(toolkit.tools ?? [], tools, '/tools')])),
    ...Object.entries(commonCategories).flatMap(([name, members]) => checkTools(members, tools, `/commonCategories/${escaped(name)}`)),
    ...agents.flatMap((agent, index) => under(`/agents/${index}`, [...ofScope(agent.scope), ...checkAgent(agent), ...checkAgentTools(agent, tools, categories)])),
  ];
  return [
    ...duplicates(names),
    ...withoutDefault(sources),
    ...sources.flatMap(({ file, content }) => checkFile(content).map((fault) => ({ file, ...fault }))),
  ];
};
