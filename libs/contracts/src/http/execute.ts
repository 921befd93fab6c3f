import { Type, type Static } from 'typebox';
import { Actor, Deadline, Payload, reference } from '../events/fields.js';

/** Body of execute and of validate. The tool stands in the path, tenant and requester come from the credential. */
export const ExecuteBody = Type.Object(
  {
    payload: Payload,
    version: Type.Optional(reference('Version to run; the current one if absent.', 64)),
    agent: Type.Optional(reference('Agent type on whose behalf the tool is called; implied by a key of type agent.')),
    sessionId: Type.Optional(reference('Session of the agent; usage limits count per session.')),
    exceptionId: Type.Optional(reference('The case this call belongs to.')),
    correlationId: Type.Optional(reference('Ties executions together.')),
    deadline: Type.Optional(Deadline),
    executionId: Type.Optional(Type.String({ format: 'uuid', description: 'Id of the execution; made here if absent.' })),
    actor: Type.Optional(Actor),
  },
  { additionalProperties: false, description: 'A request to run a tool.' },
);
export type ExecuteBody = Static<typeof ExecuteBody>;
