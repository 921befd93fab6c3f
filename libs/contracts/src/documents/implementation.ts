import { Type, type Static } from 'typebox';
import { Schema } from './tool.js';
import { NAME_PATTERN } from './names.js';

/** What code of ours a tool of type builtin or custom can name. Its `create` lies in the worker that runs it; the database holds the key alone. */
export const Implementation = Type.Object(
  {
    key: Type.String({ pattern: NAME_PATTERN, description: 'What stands in a tool’s `implementation`.' }),
    provider: Type.Enum(['builtin'], { description: 'The worker that runs it.' }),
    needs: Type.Object(
      {
        context: Type.Boolean({ description: 'Whether it is made anew for each call, knowing tenant and execution.' }),
        registry: Type.Boolean({ description: 'Whether it looks at the other implementations.' }),
      },
      { additionalProperties: false },
    ),
    metadata: Type.Object(
      {
        title: Type.String(),
        description: Type.String({ description: 'What it does; a tool may say it in other words.' }),
        category: Type.String({ description: 'file, search, code, system, version-control, compute or control.' }),
        usageNote: Type.String({ description: 'Tells a model when to use it.' }),
        isDangerous: Type.Boolean({ description: 'A tool of it must be dangerous too.' }),
        isReadOnly: Type.Boolean({ description: 'It changes nothing; the operator’s files may declare a tool of it harmless.' }),
        isIdempotent: Type.Boolean({ description: 'The same call twice does no harm.' }),
      },
      { additionalProperties: false },
    ),
    inputSchema: Schema,
    outputSchema: Schema,
  },
  { additionalProperties: false, description: 'Code that tools can name.' },
);
export type Implementation = Static<typeof Implementation>;

/** An implementation as `GET /api/implementations` shows it. */
export const ListedImplementation = Type.Object(
  { ...Implementation.properties, available: Type.Boolean({ description: 'Whether this deployment runs its provider; where not, tools of it cannot be enabled.' }) },
  { additionalProperties: false, description: 'Code that tools can name, and whether it runs here.' },
);
export type ListedImplementation = Static<typeof ListedImplementation>;
