import { Type, type Static } from 'typebox';
import { Principal } from '../events/fields.js';
import { NAME_PATTERN } from './names.js';

/** Ids of steps and choices: short, and a plain token of a JSON Pointer. */
export const STEP_ID_PATTERN = '^[a-z0-9][a-z0-9_-]{0,63}$';
export const STEP_TYPES = ['manual', 'call_tool', 'decision'] as const;
export type StepType = (typeof STEP_TYPES)[number];

const id = Type.String({ pattern: STEP_ID_PATTERN, description: 'Unique in the playbook.' });
const title = Type.String({ minLength: 1, maxLength: 255 });

export const PlaybookChoice = Type.Object(
  {
    id: Type.String({ pattern: STEP_ID_PATTERN, description: 'Unique in the step.' }),
    title,
    next: Type.Union([id, Type.Null()], { description: 'The later step that follows; what lies between is skipped. Null ends the run.' }),
  },
  { additionalProperties: false, description: 'One way to go on.' },
);
export type PlaybookChoice = Static<typeof PlaybookChoice>;

/** Which members stand in a step is decided by its type; `checkPlaybook` says so. */
export const PlaybookStep = Type.Object(
  {
    id,
    title,
    type: Type.Enum([...STEP_TYPES], { description: 'manual: somebody does it; call_tool: runs a tool; decision: somebody chooses.' }),
    description: Type.Optional(Type.String({ maxLength: 8192, description: 'What is to be done, for people.' })),
    tool: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'With call_tool: name or id of the tool.' })),
    payload: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'With call_tool: the arguments; {"$from":"/exception/…"} and {"$from":"/steps/<id>/output/…"} in it are filled in when the step is completed.',
      }),
    ),
    choices: Type.Optional(Type.Array(PlaybookChoice, { minItems: 1, maxItems: 20, description: 'With decision: the ways to go on.' })),
  },
  { additionalProperties: false, description: 'A step.' },
);
export type PlaybookStep = Static<typeof PlaybookStep>;

const fields = {
  name: Type.String({ pattern: NAME_PATTERN, description: 'Unique in the tenant without regard to - and _.' }),
  description: Type.String({ maxLength: 8192, description: 'Default empty.' }),
  steps: Type.Array(PlaybookStep, { minItems: 1, maxItems: 100, description: 'In the order in which they are done.' }),
};
const serverFields = {
  id: Type.String({ format: 'uuid' }),
  tenantId: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Principal,
  updatedAt: Type.String({ format: 'date-time' }),
};
export const PLAYBOOK_SERVER_FIELDS = Object.freeze(Object.keys(serverFields) as (keyof typeof serverFields)[]);

/** Body of `POST /api/playbooks`. */
export const PlaybookBody = Type.Object(
  { ...fields, description: Type.Optional(fields.description) },
  { additionalProperties: false, description: 'A playbook as its author writes it.' },
);
export type PlaybookBody = Static<typeof PlaybookBody>;

/** Body of `PUT /api/playbooks/{playbook}`; server-side fields are ignored where they equal the stored ones. */
export const PlaybookReplacement = Type.Object(
  { ...PlaybookBody.properties, ...Type.Partial(Type.Object(serverFields)).properties },
  { additionalProperties: false, description: 'The whole definition of a playbook.' },
);
export type PlaybookReplacement = Static<typeof PlaybookReplacement>;

export const Playbook = Type.Object({ ...fields, ...serverFields }, { additionalProperties: false, description: 'A playbook.' });
export type Playbook = Static<typeof Playbook>;
