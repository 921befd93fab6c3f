import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionDecided } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { draftOf, type Draft } from '../chain/draft.js';
import { momentOf, type EntryContent } from '../chain/entry.js';
import { wholeRules } from '../chain/whole-rules.js';
import { Recorder } from './recorder.js';

@Controller()
export class OnToolExecutionDecided {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolExecutionDecided)
  handle(events: readonly Received<ToolExecutionDecided>[]): Promise<void> {
    return this.recorder.append(events.map(decided), events);
  }
}

/**
 * Sent again when an approval is given, denied, expired or void: that is an entry of its own. The arguments themselves stand in the outcome.
 * Written out, as the outcome is.
 */
function decided(event: Received<ToolExecutionDecided>): Draft {
  const { data, time, record } = event;
  const whole = wholeRules(data.ruleSet, data.rules);
  const content: EntryContent = {
    actor: data.actor,
    agent: data.agent,
    approval: data.approval && approvalOf(data.approval),
    at: momentOf(time, record.appendedAt),
    attempts: null,
    change: null,
    code: data.error?.code ?? null,
    correlationId: data.correlationId,
    durationMs: null,
    error: data.error,
    exceptionId: data.exceptionId,
    executionId: data.executionId.toLowerCase(),
    input: null,
    inputDigest: data.inputDigest,
    ip: data.ip,
    kind: data.approval && DECIDED_APPROVALS.has(data.approval.decision) ? 'approval' : 'decision',
    output: null,
    outputDigest: null,
    redactions: [],
    requestedBy: data.requestedBy,
    rules: whole.rules as EntryContent['rules'],
    sessionId: data.sessionId,
    status: null,
    tokensUsed: null,
    toolId: data.tool?.id ?? null,
    toolName: data.toolName,
    toolVersion: data.tool?.version ?? null,
  };
  return draftOf(event, content, whole);
}

type Approval = NonNullable<EntryContent['approval']>;
const approvalOf = ({ id, decision, by, comment }: Approval): Approval => ({ id, decision, by, comment });

const DECIDED_APPROVALS = new Set(['approved', 'denied', 'expired', 'void']);
