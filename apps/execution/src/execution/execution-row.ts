import type { ToolExecutionDecided } from '@toolplane/contracts/events';
import type { ExecutionError } from '@toolplane/contracts/errors';
import type { RetryTerms, State } from './state-machine.js';

type Decision = ToolExecutionDecided['data'];
export type ToolTerms = NonNullable<Decision['tool']>;
export type Principal = NonNullable<Decision['requestedBy']>;
export type Redaction = { readonly pointer: string; readonly rule: string };

/** What is carried along and never queried: one JSON document of the row. */
export interface ExecutionContext {
  readonly request: Decision['request'];
  readonly requestedBy: Decision['requestedBy'];
  readonly actor: Decision['actor'];
  readonly ip: string | null;
  readonly approval: Decision['approval'];
  /** The first decision; absent until it is made. Further turns of it stand in the timeline. */
  readonly decision?: Pick<Decision, 'outcome' | 'ruleSet' | 'rules' | 'approval'> & { readonly at: string };
  /** Topic of the ingress that also gets the answer. */
  readonly answerTopic: string | null;
  /** JSON Pointers of the input fields that the schema marks as sensitive. */
  readonly sensitiveInput: readonly string[];
  readonly traceparent: string | null;
}

/** One execution as it is stored: see the migrations for what each column promises. */
export interface ExecutionRow {
  readonly tenantId: string;
  readonly id: string;
  readonly status: Exclude<State['status'], 'absent'>;
  readonly attempt: number;
  readonly calls: number;
  readonly requestDigest: string;
  readonly toolId: string | null;
  readonly toolName: string;
  readonly toolVersion: string | null;
  readonly agent: string | null;
  readonly sessionId: string | null;
  readonly exceptionId: string | null;
  readonly correlationId: string | null;
  readonly context: ExecutionContext;
  readonly terms: ToolTerms | null;
  readonly input: Record<string, unknown>;
  readonly inputDigest: string | null;
  readonly output: unknown;
  readonly error: ExecutionError | null;
  readonly redactions: readonly Redaction[];
  readonly providerMs: number | null;
  readonly tokensUsed: number | null;
  readonly deadline: Date | null;
  /** Past this moment a worker does not begin the present attempt. */
  readonly startBy: Date | null;
  /** Past this moment the present attempt is judged by the sweep. */
  readonly leaseUntil: Date | null;
  /** The event that was applied last: delivered again, it publishes again and changes nothing. */
  readonly lastEvent: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly updatedAt: Date;
}

const COLUMNS = [
  'tenantId', 'id', 'status', 'attempt', 'calls', 'requestDigest', 'toolId', 'toolName', 'toolVersion', 'agent', 'sessionId',
  'exceptionId', 'correlationId', 'context', 'terms', 'input', 'inputDigest', 'output', 'error', 'redactions', 'providerMs',
  'tokensUsed', 'deadline', 'startBy', 'leaseUntil', 'lastEvent', 'createdAt', 'startedAt', 'finishedAt', 'updatedAt',
] as const satisfies readonly (keyof ExecutionRow)[];

/** Every column of `execution.executions e`, under the name it has here. */
export const ROW = COLUMNS.map((name) => `e.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} as "${name}"`).join(', ');

export const stateOf = (row: ExecutionRow): State => {
  if (row.status === 'requested' || row.status === 'awaiting_approval') return { status: row.status };
  const { status, attempt, calls, context } = row;
  return status === 'running' && context.approval?.decision === 'void' ? { status, attempt, calls, voided: true } : { status, attempt, calls };
};

/** What the pinned version says of retries; before a decision there is nothing to retry. */
export const retryTermsOf = (row: Pick<ExecutionRow, 'terms'>): RetryTerms =>
  row.terms ? { idempotent: row.terms.idempotent, ...row.terms.retry } : { idempotent: false, maxAttempts: 1, backoffMs: 0 };
