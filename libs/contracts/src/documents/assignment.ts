import { Type, type Static } from 'typebox';
import { ApprovalTerms, SemanticVersion } from './tool.js';

const PARAMETER = Type.String({ minLength: 1, maxLength: 255, description: 'Name of a top-level parameter.' });
const TEXT = Type.String({ minLength: 1, maxLength: 1024 });

/**
 * A value that a parameter must not have. A bare text means `prefix` where it looks like a path (begins with `/`, `./`, `../`, `~` or a
 * drive letter) and `contains` otherwise; any other bare value means `equals`.
 */
export const DeniedValue = Type.Union(
  [
    TEXT,
    Type.Number(),
    Type.Boolean(),
    Type.Null(),
    Type.Object({ equals: Type.Unknown() }, { additionalProperties: false }),
    Type.Object({ prefix: TEXT }, { additionalProperties: false }),
    Type.Object({ contains: TEXT }, { additionalProperties: false }),
    Type.Object({ matches: TEXT }, { additionalProperties: false }),
  ],
  { description: 'A denied value, after normalisation.' },
);
export type DeniedValue = Static<typeof DeniedValue>;

const fields = {
  enabled: Type.Boolean({ description: 'Whether the assignment counts at all. Default true.' }),
  orderIndex: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Place in the agent’s set, smallest first. Default 0.' }),
  allowUse: Type.Boolean({ description: 'False: the tool is shown, not run. Default true.' }),
  requiresApproval: Type.Union([Type.Boolean(), Type.Null()], { description: 'Overrides the tool’s own; null leaves it. Default null.' }),
  approval: Type.Union([ApprovalTerms, Type.Null()], { description: 'Overrides the tool’s terms. Default null.' }),
  usageLimit: Type.Integer({ minimum: -1, maximum: 1_000_000_000, description: 'Uses a session; -1 is unlimited. Default -1.' }),
  allowedParameters: Type.Union([Type.Array(PARAMETER, { maxItems: 200, uniqueItems: true }), Type.Null()], {
    description: 'The only parameters a caller may send; null: all. Default null.',
  }),
  deniedParameters: Type.Record(PARAMETER, Type.Array(DeniedValue, { minItems: 1, maxItems: 200 }), {
    maxProperties: 100,
    description: 'Values that are denied, by parameter. Default {}.',
  }),
  parameterDefaults: Type.Record(PARAMETER, Type.Unknown(), { maxProperties: 100, description: 'Filled in where the caller leaves them out. Default {}.' }),
  version: Type.Union([SemanticVersion, Type.Null()], { description: 'Pins a version of the tool. Default null.' }),
};

/** An assignment with every default filled in: what an agent type may do with a tool. */
export const Assignment = Type.Object(fields, { additionalProperties: false, description: 'An assignment.' });
export type Assignment = Static<typeof Assignment>;

/** Body of `POST` and `PUT /api/agents/{agent}/tools/{tool}`. */
export const AssignmentBody = Type.Partial(Assignment, { additionalProperties: false, description: 'An assignment as its author writes it.' });
export type AssignmentBody = Static<typeof AssignmentBody>;

/** What only the server writes. */
const served = {
  agent: Type.String({ description: 'Name of the agent type.' }),
  agentId: Type.String({ format: 'uuid' }),
  tool: Type.String({ description: 'Name of the tool.' }),
  toolId: Type.String({ format: 'uuid' }),
  origin: Type.Enum(['api', 'config'], { description: 'What came from configuration files is read-only over the API.' }),
  liftsApproval: Type.Boolean({ description: 'A dangerous tool that this agent type may use without approval.' }),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
};
/** An assignment as the API answers it. */
export const AssignmentView = Type.Object({ ...fields, ...served }, { additionalProperties: false, description: 'What an agent type may do with a tool.' });
export type AssignmentView = Static<typeof AssignmentView>;

/** Body of `PUT /api/agents/{agent}/tools/{tool}`: what a GET showed may be sent back. */
export const AssignmentReplacement = Type.Partial(Type.Object({ ...fields, ...served }), {
  additionalProperties: false,
  description: 'The whole assignment; what is left out gets its default.',
});
export type AssignmentReplacement = Static<typeof AssignmentReplacement>;

/** Fills in the defaults. */
export const completeAssignment = (body: AssignmentBody): Assignment => ({
  enabled: body.enabled ?? true,
  orderIndex: body.orderIndex ?? 0,
  allowUse: body.allowUse ?? true,
  requiresApproval: body.requiresApproval ?? null,
  approval: body.approval ?? null,
  usageLimit: body.usageLimit ?? -1,
  allowedParameters: body.allowedParameters ?? null,
  deniedParameters: body.deniedParameters ?? {},
  parameterDefaults: body.parameterDefaults ?? {},
  version: body.version ?? null,
});
