import { createEvent, ToolInvocationReported } from '@toolplane/contracts/events';
import { wireError, type ErrorCode, type ExecutionError } from '@toolplane/contracts/errors';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { Dispatch } from './invocation.js';
import type { Report } from './reporter.js';

type ReportData = ToolInvocationReported['data'];
/** What a report says beside whose it is. */
export type Said = Pick<ReportData, 'status'> &
  Partial<Pick<ReportData, 'output' | 'providerMs' | 'redactions'>> & { readonly error?: ExecutionError };

/** Who reports. */
export interface Reporting {
  /** `provider-dummy`: the event's source. */
  readonly service: string;
  /** The process, for operators. */
  readonly worker: string;
}

/** The report of an attempt. Its id follows from attempt and status, so that a repeat is recognisable as one. */
export const reportOf = ({ service, worker }: Reporting, { id, tenantid, traceparent, data }: Dispatch, said: Said): Report =>
  createEvent(ToolInvocationReported, {
    tenantId: tenantid,
    id: deriveEventId(tenantid, data.executionId, `reported:${data.attempt}:${said.status}`),
    subject: data.executionId,
    source: service,
    time: new Date(),
    causationId: id,
    traceparent,
    data: { executionId: data.executionId, attempt: data.attempt, ...said, worker } as ReportData,
  });

/** The call never began and may be dispatched anew, for every tool. */
export const notStarted = (code: ErrorCode, message: string): Said => ({
  status: 'not_started',
  error: wireError(code, { message, effect: 'none' }),
});
