import { readCloudEvent, type RecordHeaders } from '@toolplane/contracts/envelope';
import { refuseEvent, ToolExecutionCompleted, ToolExecutionFailed } from '@toolplane/contracts/events';
import type { CallResult } from '../call.js';

/** The end of an execution, as the event tells it. */
export type AnswerEvent = ToolExecutionCompleted | ToolExecutionFailed;

/** A record as a Kafka client hands it over. */
export interface AnswerRecord {
  readonly value: Uint8Array | string | null;
  readonly headers?: RecordHeaders | undefined;
}

const READ = [ToolExecutionCompleted, ToolExecutionFailed];

/** Reads a record as Completed or Failed, checked by its schema; null for anything else. */
export function readAnswer({ value, headers }: AnswerRecord): AnswerEvent | null {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const read = readCloudEvent(headers, bytes);
  if (!read.ok || refuseEvent(READ, read.event) !== null) return null;
  return read.event as AnswerEvent;
}

/** An output over 256 KiB does not travel: `source.data.outputRef` says where it can be read. */
export const resultOf = (event: AnswerEvent): CallResult<AnswerEvent> =>
  event.data.status === 'succeeded'
    ? { status: 'succeeded', executionId: event.data.executionId, output: event.data.output, source: event }
    : { status: 'failed', executionId: event.data.executionId, error: event.data.error as NonNullable<typeof event.data.error>, source: event };
