import { Type } from 'typebox';
import { Approval, Context, Redaction, RuleVerdict, WireError, orNull } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

const { request: _request, ...context } = Context;

/** One entry of a tenant's audit chain; also the item of the audit queries. Members always present. */
export const AuditEntry = Type.Object({
  seq: Type.Integer({ minimum: 1, description: 'Counts from 1 without a gap within the tenant.' }),
  at: Type.String({ format: 'date-time', description: 'Time of what is recorded.' }),
  kind: Type.Enum(['decision', 'outcome', 'approval', 'retry', 'cancel', 'late_report', 'dead_letter', 'change', 'breaker', 'kill_switch']),
  status: orNull(Type.Enum(['success', 'failed', 'denied', 'blocked']), 'Of an outcome only.'),
  code: orNull(Type.String(), 'Error code.'),
  executionId: orNull(Type.String(), 'The execution, where there is one.'),
  toolId: orNull(Type.String(), 'Tool id.'),
  toolName: orNull(Type.String(), 'Tool name.'),
  toolVersion: orNull(Type.String(), 'Tool version.'),
  ...context,
  approval: orNull(Approval, 'The approval behind a decision.'),
  rules: Type.Array(RuleVerdict, { description: 'With a decision: every rule, in order, those that passed too.' }),
  input: orNull(Type.Unknown(), 'Redacted input, with an outcome.'),
  output: orNull(Type.Unknown(), 'Redacted output.'),
  inputDigest: orNull(Type.String(), 'SHA-256 of the RFC 8785 form of the arguments.'),
  outputDigest: orNull(Type.String(), 'SHA-256 of the RFC 8785 form of the output.'),
  redactions: Type.Array(Redaction),
  attempts: orNull(Type.Integer(), 'Attempts dispatched.'),
  durationMs: orNull(Type.Integer(), 'From request to end, in milliseconds.'),
  tokensUsed: orNull(Type.Integer(), 'Where the provider reports them.'),
  error: orNull(WireError, 'Why it failed.'),
  change: orNull(
    Type.Object({ object: Type.String(), id: Type.String(), version: Type.Union([Type.String(), Type.Null()]), diff: Type.Unknown() }),
    'With change.',
  ),
  prevHash: Type.String({ description: 'Hash of the entry before; 64 zeros for the first.' }),
  hash: Type.String({ description: 'SHA-256 over the RFC 8785 form of the entry without hash.' }),
});

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolAuditRecorded = defineEvent({
  type: 'ToolAuditRecorded',
  topic: 'tool.audit.recorded.v1',
  producer: 'audit',
  audience: 'public',
  key: 'tenant',
  when: 'When an entry has been linked into its tenant’s audit chain.',
  data: AuditEntry,
});
export type ToolAuditRecorded = EventOf<typeof ToolAuditRecorded>;
