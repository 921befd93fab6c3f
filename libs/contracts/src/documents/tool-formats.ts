import { uuidV5 } from '../ids/uuid-v5.js';
import type { LoadedTool } from './loaded-tool.js';

export const TOOL_FORMATS = ['native', 'anthropic', 'openai', 'openai-responses', 'mcp'] as const;
export type ToolFormat = (typeof TOOL_FORMATS)[number];

export type ToolWarningCode = 'NAME_SHORTENED' | 'KEYWORD_DROPPED' | 'PROPERTY_DROPPED' | 'DESCRIPTION_SHORTENED' | 'TOO_MANY_TOOLS' | 'USE_NOT_ALLOWED' | 'SHADOWED';
/** What was changed or left out so that a vendor takes it, or is otherwise not as it seems. */
export interface ToolWarning {
  readonly tool: string;
  readonly code: ToolWarningCode;
  readonly detail: string;
}
/** A set of tools as one vendor's API takes it. */
export interface FormattedTools {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** Our name of each tool, by the name that was sent: what a model calls is looked up here. */
  readonly names: Readonly<Record<string, string>>;
  readonly warnings: readonly ToolWarning[];
}

const MAX_NAME_LENGTH = 64;
const HASH_LENGTH = 8;

/** What a vendor's API takes. Stricter modes than the default are not used: they change what a schema means. */
interface Vendor {
  /** Keywords that are refused beside the top-level `type: object`. */
  readonly refusedAtTop: readonly string[];
  /** What names of properties must look like. */
  readonly property: RegExp | null;
  readonly descriptionLength: number;
  readonly tools: number;
  readonly item: (tool: LoadedTool, name: string, description: string, schema: Schema) => Schema;
}
type Schema = Readonly<Record<string, unknown>>;

const COMBINING = ['oneOf', 'anyOf', 'allOf'];
const OPENAI = { refusedAtTop: [...COMBINING, 'enum', 'not'], property: null, descriptionLength: 1024, tools: 128 };

const VENDORS: Readonly<Record<Exclude<ToolFormat, 'native'>, Vendor>> = {
  anthropic: {
    refusedAtTop: COMBINING,
    property: /^[a-zA-Z0-9_.-]{1,64}$/,
    descriptionLength: Infinity,
    tools: Infinity,
    item: (_, name, description, schema) => ({ name, description, input_schema: schema }),
  },
  openai: { ...OPENAI, item: (_, name, description, schema) => ({ type: 'function', function: { name, description, parameters: schema } }) },
  'openai-responses': { ...OPENAI, item: (_, name, description, schema) => ({ type: 'function', name, description, parameters: schema, strict: false }) },
  mcp: {
    refusedAtTop: [],
    property: null,
    descriptionLength: Infinity,
    tools: Infinity,
    item: ({ outputSchema, isDangerous, idempotent, isReadOnly }, name, description, schema) => ({
      name,
      description,
      inputSchema: schema,
      // A client holds structured output to it, which MCP wants to be an object.
      ...(outputSchema?.['type'] === 'object' && { outputSchema }),
      annotations: { destructiveHint: isDangerous, idempotentHint: idempotent, ...(isReadOnly === true && { readOnlyHint: true }) },
    }),
  },
};

/** Of a long name its beginning and a hash of all of it: the same name is always sent in the same way. */
const shortened = (name: string, turn: number): string => {
  const hash = uuidV5(`toolplane:tool ${name}${turn === 0 ? '' : ` ${turn}`}`).slice(0, HASH_LENGTH);
  return `${name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1)}_${hash}`;
};

/** Sent names by tool, each different. A name that is short enough is never given to another tool. */
const sentNames = (tools: readonly LoadedTool[]): ReadonlyMap<LoadedTool, string> => {
  const taken = new Set(tools.map(({ name }) => name));
  return new Map(
    tools.map((tool) => {
      if (tool.name.length <= MAX_NAME_LENGTH) return [tool, tool.name];
      let turn = 0;
      while (taken.has(shortened(tool.name, turn))) turn += 1;
      const sent = shortened(tool.name, turn);
      taken.add(sent);
      return [tool, sent];
    }),
  );
};

type Warn = (code: ToolWarningCode, detail: string) => void;

const fitted = (schema: Schema, { refusedAtTop, property }: Vendor, warn: Warn): Schema => {
  const dropped = refusedAtTop.filter((keyword) => keyword in schema);
  for (const keyword of dropped) warn('KEYWORD_DROPPED', `${keyword} at the top of the input schema is not taken; Toolplane checks it all the same`);
  const { properties = {}, required, ...rest } = Object.fromEntries(Object.entries(schema).filter(([key]) => !dropped.includes(key)));
  const unfit = property === null ? [] : Object.keys(properties as Schema).filter((name) => !property.test(name));
  for (const name of unfit) warn('PROPERTY_DROPPED', `the parameter ${JSON.stringify(name)} has a name that is not taken`);
  const needed = Array.isArray(required) ? required.filter((name) => !unfit.includes(String(name))) : [];
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties as Schema).filter(([name]) => !unfit.includes(name))),
    ...(needed.length > 0 && { required: needed }),
  };
};

/** Shows a set of tools as a vendor's API takes it, and says what that cost. */
export const formatTools = (tools: readonly LoadedTool[], format: ToolFormat): FormattedTools => {
  const warnings: ToolWarning[] = [];
  const warnOf = (tool: string): Warn => (code, detail) => void warnings.push({ tool, code, detail });
  for (const { name, shadowed } of tools) if (shadowed) warnOf(name)('SHADOWED', 'a tool of the tenant’s own has this name; calls by name reach that one');
  if (format === 'native') return { items: tools, names: Object.fromEntries(tools.map(({ name }) => [name, name])), warnings };

  const vendor = VENDORS[format];
  const usable = tools.filter(({ name, allowUse }) => {
    if (!allowUse) warnOf(name)('USE_NOT_ALLOWED', 'the agent may not use it, so that no model is shown it');
    return allowUse;
  });
  const sent = sentNames(usable);
  const items = usable.map((tool, index) => {
    const warn = warnOf(tool.name);
    const name = sent.get(tool) ?? tool.name;
    if (name !== tool.name) warn('NAME_SHORTENED', `is sent as ${name}`);
    if (index === vendor.tools) warn('TOO_MANY_TOOLS', `${vendor.tools} tools are taken, and this is one more of ${usable.length}; narrow the set with toolkits`);
    if (tool.description.length > vendor.descriptionLength) warn('DESCRIPTION_SHORTENED', `${vendor.descriptionLength} characters of the description are taken`);
    return vendor.item(tool, name, tool.description.slice(0, vendor.descriptionLength), fitted(tool.inputSchema, vendor, warn));
  });
  return { items, names: Object.fromEntries(usable.map((tool) => [sent.get(tool) ?? tool.name, tool.name])), warnings };
};

/** The name under which vendors' formats send each tool, by our name. */
export const sentNamesOf = (tools: readonly LoadedTool[]): ReadonlyMap<string, string> => new Map([...sentNames(tools)].map(([{ name }, sent]) => [name, sent]));
