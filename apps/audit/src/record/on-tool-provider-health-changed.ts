import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolProviderHealthChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { entryContent, momentOf, type EntryContent } from '../chain/entry.js';
import { Recorder } from './recorder.js';

@Controller()
export class OnToolProviderHealthChanged {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolProviderHealthChanged)
  handle(events: readonly Received<ToolProviderHealthChanged>[]): Promise<void> {
    return this.recorder.record(events, contentOf);
  }
}

/** Breakers are recorded; that a worker comes or goes is not. */
function contentOf({ data, time, record }: Received<ToolProviderHealthChanged>): EntryContent | null {
  const { provider, worker, breaker } = data;
  if (!breaker) return null;
  const { id, toolId, origin, state, since, retryAfterMs } = breaker;
  return entryContent({
    at: momentOf(time, record.appendedAt),
    change: { object: 'breaker', id, version: null, diff: { state, origin, since, retryAfterMs, provider, worker } },
    kind: 'breaker',
    toolId,
  });
}
