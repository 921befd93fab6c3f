import { Type } from 'typebox';
import { Context, ExecutionId, Redaction, WireError, orNull } from './fields.js';

/** Data of Completed and Failed alike: every member always there, null where not known. */
export const Outcome = {
  executionId: ExecutionId,
  toolId: orNull(Type.String(), 'Null where there is no such tool.'),
  toolName: Type.String({ description: 'As requested, where there is no such tool.' }),
  toolVersion: orNull(Type.String(), 'The version that ran.'),
  output: orNull(Type.Unknown(), 'What the tool answered; null when it failed or when outputRef stands instead.'),
  outputRef: orNull(
    Type.Object({ url: Type.String(), bytes: Type.Integer(), sha256: Type.String() }),
    'Where an output over 256 KiB can be read.',
  ),
  error: orNull(WireError, 'Why it failed.'),
  durationMs: Type.Integer({ minimum: 0, description: 'From the request to the end, in milliseconds.' }),
  providerMs: orNull(Type.Integer({ minimum: 0 }), 'The last call alone, in milliseconds.'),
  attempts: Type.Integer({ minimum: 0, description: 'Attempts that were dispatched.' }),
  tokensUsed: orNull(Type.Integer({ minimum: 0 }), 'Where the provider reports them.'),
  input: orNull(Type.Record(Type.String(), Type.Unknown()), 'The final arguments, schema-marked fields redacted.'),
  inputDigest: orNull(Type.String(), 'SHA-256 of the RFC 8785 form of the final arguments.'),
  outputDigest: orNull(Type.String(), 'SHA-256 of the RFC 8785 form of the output.'),
  approvalId: Type.Optional(Type.String({ description: 'The approval behind the decision, where there was one.' })),
  redactions: Type.Array(Redaction, { description: 'What was replaced in input (/input/…) and output (/output/…).' }),
  ...Context,
};
