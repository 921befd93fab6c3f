import type { LoadedTool } from './loaded-tool.js';
import { sentNamesOf } from './tool-formats.js';

const MAX_EXAMPLES = 2;
type Schema = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text within a line: what looks like structure of ours would mislead the model. */
const inline = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const typeOf = ({ type, enum: values, const: only }: Schema): string => {
  if (Array.isArray(values)) return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (only !== undefined) return JSON.stringify(only);
  return [type].flat().filter((one) => typeof one === 'string').join(' or ') || 'any value';
};

const parametersOf = ({ properties, required }: Schema): string[] => {
  if (!isObject(properties)) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, schema]) => {
    const { description, default: fallback } = isObject(schema) ? schema : {};
    const words = [
      isObject(schema) ? typeOf(schema) : 'any value',
      ...(needed.includes(name) ? ['required'] : []),
      ...(fallback === undefined ? [] : [`default ${JSON.stringify(fallback)}`]),
    ];
    return `- \`${name}\` (${words.join(', ')})${typeof description === 'string' ? `: ${inline(description)}` : ''}`;
  });
};

const limitsOf = ({ allowUse, requiresApproval, usageLimit, isDangerous }: LoadedTool): string[] => [
  ...(allowUse ? [] : ['You may not use it; it is named so that you know of it.']),
  ...(requiresApproval ? [`A person has to approve each call${isDangerous ? ', because it may do harm' : ''}; it answers when that has happened.`] : []),
  ...(usageLimit >= 0 ? [`At most ${usageLimit} ${usageLimit === 1 ? 'use' : 'uses'} in a session.`] : []),
];

const section = (tool: LoadedTool, sent: string): string => {
  const parameters = parametersOf(tool.inputSchema);
  const examples = tool.examples.slice(0, MAX_EXAMPLES).map(({ input }) => `    ${JSON.stringify(input)}`);
  return [
    `## ${sent}`,
    inline(tool.description),
    ...(tool.usageNote === null ? [] : [`**When to use it:** ${inline(tool.usageNote)}`]),
    ...limitsOf(tool).map((text) => `**Note:** ${text}`),
    ...(parameters.length === 0 ? [] : [`**Parameters:**\n\n${parameters.join('\n')}`]),
    ...(examples.length === 0 ? [] : [`**Example input:**\n\n${examples.join('\n')}`]),
  ].join('\n\n');
};

/**
 * What a model is told about the tools it has, as Markdown, each under the name that vendors' formats send. The control tools stand
 * last, in a part of their own.
 * @param systemPrompt stands first, where it is given
 */
export const toolsPrompt = (tools: readonly LoadedTool[], systemPrompt?: string): string => {
  const names = sentNamesOf(tools);
  const shown = (which: readonly LoadedTool[]): string[] => which.map((tool) => section(tool, names.get(tool.name) ?? tool.name));
  const own = shown(tools.filter(({ isControl }) => !isControl));
  const control = shown(tools.filter(({ isControl }) => isControl));
  return [
    ...(systemPrompt === undefined ? [] : [systemPrompt.trim()]),
    '# Tools',
    own.length === 0 ? 'You have no tools but those below, which steer your work.' : 'These are the tools you have. There are no others.',
    ...own,
    '# Steering your work',
    'These have no effect outside of your work. Use them to say how it stands.',
    ...control,
  ].join('\n\n').concat('\n');
};
