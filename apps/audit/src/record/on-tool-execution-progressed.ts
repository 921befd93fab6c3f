import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionProgressed } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { entryContent, momentOf, type EntryContent } from '../chain/entry.js';
import { Recorder } from './recorder.js';

/** That a call lasts longer than usual is no business of the audit's. */
const KINDS = {
  running: null,
  retry_scheduled: 'retry',
  late_report: 'late_report',
  cancelled: 'cancel',
  redriven: 'dead_letter',
  discarded: 'dead_letter',
} as const satisfies Record<ToolExecutionProgressed['data']['kind'], EntryContent['kind'] | null>;

@Controller()
export class OnToolExecutionProgressed {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolExecutionProgressed)
  handle(events: readonly Received<ToolExecutionProgressed>[]): Promise<void> {
    return this.recorder.record(events, contentOf);
  }
}

function contentOf({ data, time, record }: Received<ToolExecutionProgressed>): EntryContent | null {
  const kind = KINDS[data.kind];
  return kind && entryContent({
    actor: data.actor,
    agent: data.agent,
    at: momentOf(time, record.appendedAt),
    change: data.deadLetterId === undefined ? null : { object: 'dead_letter', id: data.deadLetterId, version: null, diff: { status: data.kind } },
    attempts: data.attempt,
    code: data.error?.code ?? null,
    correlationId: data.correlationId,
    error: data.error,
    exceptionId: data.exceptionId,
    executionId: data.executionId.toLowerCase(),
    ip: data.ip,
    kind,
    outputDigest: data.outputDigest,
    redactions: data.redactions,
    // What a person does to an execution is theirs, not its requester's.
    requestedBy: data.by ?? data.requestedBy,
    sessionId: data.sessionId,
    toolId: data.toolId,
    toolName: data.toolName,
    toolVersion: data.toolVersion,
  });
}
