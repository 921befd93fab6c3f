import { Type, type Static } from 'typebox';
import { optionalOwnedFields, ownedFields } from './agent.js';
import { NAME_PATTERN } from './names.js';

const scope = Type.Enum(['global', 'tenant'], { description: 'Whose it is; global is for platform administrators and holds global tools alone. Default tenant.' });
const fields = {
  name: Type.String({ pattern: NAME_PATTERN, description: 'Unique in its scope without regard to - and _.' }),
  description: Type.String({ minLength: 1, maxLength: 8192, description: 'What its tools are for.' }),
};
const tools = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 1_000, uniqueItems: true, description: 'Names of its tools, in their order.' });

/** Body of `POST /api/toolkits`. */
export const ToolkitBody = Type.Object(
  { ...fields, scope: Type.Optional(scope), tools: Type.Optional(tools) },
  { additionalProperties: false, description: 'A toolkit as its author defines it.' },
);
export type ToolkitBody = Static<typeof ToolkitBody>;

/** Body of `PUT /api/toolkits/{toolkit}`; without `tools` its tools stay. */
export const ToolkitReplacement = Type.Object(
  { ...ToolkitBody.properties, ...optionalOwnedFields },
  { additionalProperties: false, description: 'The whole definition of a toolkit.' },
);
export type ToolkitReplacement = Static<typeof ToolkitReplacement>;

/** A toolkit as the API answers it. */
export const Toolkit = Type.Object({ ...fields, scope, tools, ...ownedFields }, { additionalProperties: false, description: 'A named collection of tools.' });
export type Toolkit = Static<typeof Toolkit>;
