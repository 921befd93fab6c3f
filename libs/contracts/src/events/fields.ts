import { Type, type TNull, type TSchema, type TString, type TUnion } from 'typebox';

/** Field schemas that several events share. */
const text = (description: string) => Type.String({ description });
/** A member that is always there, null where it is not known. */
export const orNull = <S extends TSchema>(schema: S, description: string): TUnion<[S, TNull]> => Type.Union([schema, Type.Null()], { description });
/** A short text chosen by a caller. Control characters are refused here: NUL is what Postgres refuses in a text. */
export const reference = (description: string, maxLength = 255): TString =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', description });
const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

export const ExecutionId = Type.String({ format: 'uuid', description: 'The execution, unique within its tenant.' });
export const Attempt = Type.Integer({ minimum: 1, description: 'Counts from 1; with executionId it fences late workers.' });
export const Payload = Type.Record(Type.String(), Type.Unknown(), { description: 'Arguments of the call, an object.' });
export const Deadline = Type.String({ format: 'date-time', description: 'After this moment no call begins; the execution ends as EXPIRED.' });
export const Principal = Type.Object(
  { type: Type.Enum(['user', 'service', 'agent', 'playbook', 'ingress', 'platform']), id: text('Id of the principal.') },
  { description: 'A verified identity.' },
);
export const Actor = Type.Object(
  { type: Type.Enum(['user', 'service', 'agent', 'playbook']), id: reference('Id in the caller’s own terms.') },
  { description: 'Whom the requester says it acts for.' },
);
export const RequestRef = Type.Object(
  { source: text('CloudEvents source of the request.'), id: text('CloudEvents id of the request.') },
  { description: 'The request as its sender named it.' },
);
export const Redaction = Type.Object(
  { pointer: text('JSON Pointer of what was replaced.'), rule: text('The rule that replaced it.') },
  { description: 'One value that was replaced by "[redacted]".' },
);
export const WireError = Type.Object(
  {
    code: text('A code of the error catalogue.'),
    message: text('For people; carries no secret and no payload value.'),
    retryable: Type.Boolean({ description: 'The same request may be sent again as a new execution without risk of doing it twice.' }),
    effect: Type.Enum(['none', 'possible'], { description: 'Whether the outside call may have happened.' }),
    retryAfterMs: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description: 'Wait at least this long, in milliseconds.' }),
    httpStatus: Type.Union([Type.Integer(), Type.Null()], { description: 'Status the upstream answered, where there was one.' }),
    errors: Type.Array(Type.Object({ pointer: text('JSON Pointer into the payload.'), detail: text('What is wrong there.') })),
    remedy: text('What to do about it.'),
  },
  { description: 'Why an execution failed.' },
);
export const RuleVerdict = Type.Object(
  {
    rule: text('Name of the rule.'),
    verdict: Type.Enum(['pass', 'fail', 'skipped']),
    code: Type.Optional(textOrNull('Error code of a failed rule.')),
    reason: Type.Optional(text('Travels only for failed and skipped rules.')),
    details: Type.Optional(Type.Unknown({ description: 'Values the rule looked at, redacted.' })),
  },
  { description: 'What one rule said.' },
);
/** Who and what a request concerns: carried unchanged from the decision to the outcome. Null where not known. */
export const Context = {
  request: Type.Union([RequestRef, Type.Null()]),
  correlationId: textOrNull('Chosen by the caller; ties executions together.'),
  requestedBy: Type.Union([Principal, Type.Null()]),
  actor: Type.Union([Actor, Type.Null()]),
  agent: textOrNull('Agent type on whose behalf the tool is called.'),
  sessionId: textOrNull('Session of the agent; usage limits count per session.'),
  exceptionId: textOrNull('The case this call belongs to.'),
  ip: textOrNull('Address of the HTTP caller.'),
};
/** The worker’s part of a definition: nobody downstream of the decision looks a definition up. */
export const ToolTerms = Type.Object(
  {
    id: text('Tool id.'),
    name: text('Tool name.'),
    version: text('The version that was pinned by the decision.'),
    provider: text('Worker that runs it: http, dummy, builtin or mcp.'),
    spec: Type.Unknown({ description: 'What that provider needs: endpoint, dummy settings or implementation key.' }),
    auth: Type.Unknown({ description: 'Authentication by reference; never a value.' }),
    outputSchema: Type.Union([Type.Unknown(), Type.Null()], { description: 'JSON Schema of the output, or null.' }),
    inputSchema: Type.Optional(Type.Unknown({ description: 'JSON Schema of the payload, where fields of it are sealed: checked again once they are open.' })),
    sensitive: Type.Object(
      { input: Type.Array(Type.String()), output: Type.Array(Type.String()) },
      { description: 'JSON Pointers (with * for any item) of fields that the schemas mark as sensitive.' },
    ),
    idempotent: Type.Boolean({ description: 'Whether a call may be repeated with the same idempotency key.' }),
    timeoutMs: Type.Integer({ minimum: 1, description: 'Longest a call may last, in milliseconds.' }),
    retry: Type.Object({ maxAttempts: Type.Integer({ minimum: 1 }), backoffMs: Type.Integer({ minimum: 0 }) }),
  },
  { description: 'The pinned tool version as the workers need it.' },
);
export const Approval = Type.Object(
  {
    id: text('Approval id.'),
    decision: text('pending, approved, denied, expired or void.'),
    by: textOrNull('Who decided.'),
    comment: textOrNull('What they said.'),
    expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'Unanswered until then, it is expired.' })),
  },
  { description: 'The approval behind a decision.' },
);
