import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolControlChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { entryContent, momentOf, type EntryContent } from '../chain/entry.js';
import { Recorder } from './recorder.js';

@Controller()
export class OnToolControlChanged {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolControlChanged)
  handle(events: readonly Received<ToolControlChanged>[]): Promise<void> {
    return this.recorder.record(events, contentOf);
  }
}

/** A tool or tenant that is switched off is told by registry.changed as well, and recorded from there. */
function contentOf({ data, time, record }: Received<ToolControlChanged>): EntryContent | null {
  const { kind, target, on, state, reason, changedBy } = data;
  if (kind !== 'kill_switch' && kind !== 'breaker') return null;
  return entryContent({
    at: momentOf(time, record.appendedAt),
    change: { object: `${kind} ${target.type}`, id: target.id, version: null, diff: { on, state, reason } },
    kind,
    requestedBy: changedBy,
    ...(target.type === 'tool' && { toolId: target.id }),
    ...(target.type === 'agent' && { agent: target.id }),
  });
}
