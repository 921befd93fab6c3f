import { Type, type Static } from 'typebox';

/** RFC 9457, with what a program needs to decide what to do next: the body of every answer from 400 on. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: '`urn:toolplane:error:<CODE>`' }),
    title: Type.String({ description: 'What the code means, the same for every occurrence.' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What happened here; carries no secret and no payload value.' }),
    code: Type.String({ description: 'A code of the error catalogue.' }),
    retryable: Type.Boolean({ description: 'The same request may be sent again without risk of doing it twice.' }),
    remedy: Type.String({ description: 'What to do about it.' }),
    traceId: Type.Union([Type.String(), Type.Null()], { description: 'Finds the request in the logs.' }),
    errors: Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), { description: 'Faults by field.' }),
  },
  { description: 'What went wrong (application/problem+json).' },
);
export type Problem = Static<typeof Problem>;
