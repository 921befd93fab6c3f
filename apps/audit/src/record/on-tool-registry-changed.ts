import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolRegistryChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { redactor } from '@toolplane/security/redaction';
import { entryContent, momentOf, type EntryContent } from '../chain/entry.js';
import { Recorder } from './recorder.js';

const redact = redactor({ keys: true });

@Controller()
export class OnToolRegistryChanged {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolRegistryChanged)
  handle(events: readonly Received<ToolRegistryChanged>[]): Promise<void> {
    return this.recorder.record(events, contentOf);
  }
}

/** A state that is only said again, after a restart of the log for instance, is no change. */
function contentOf({ data, time, record }: Received<ToolRegistryChanged>): EntryContent | null {
  if (!data.change) return null;
  const diff = redact(data.change.diff, '/change/diff');
  return entryContent({
    at: momentOf(time, record.appendedAt),
    change: { ...data.change, diff: diff.value ?? null },
    kind: 'change',
    redactions: [...diff.redactions],
    requestedBy: data.changedBy,
    ...subjectOf(data),
  });
}

/** So that the history of a tool, or of an agent type, is found by it, whatever it is that changed about it. */
function subjectOf({ kind, id, object, change }: ToolRegistryChanged['data']): Partial<EntryContent> {
  const { toolId = null, name = null, agentName = null } = (object ?? {}) as { readonly toolId?: string; readonly name?: string; readonly agentName?: string };
  if (kind === 'agent') return { agent: name };
  if (kind === 'assignment') return { agent: agentName, toolId };
  if (kind === 'tool') return { toolId: id, toolName: name, toolVersion: change?.version ?? null };
  if (kind === 'tool_version' || kind === 'enablement') return { toolId: toolId ?? id, toolName: name, toolVersion: change?.version ?? null };
  return {};
}
