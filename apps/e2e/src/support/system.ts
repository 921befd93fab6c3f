import { randomUUID } from 'node:crypto';
import { deriveExecutionId } from '@toolplane/contracts/ids';
import type { Api } from './api.js';
import { eventually } from './eventually.js';
import type { Instance, Ready } from './instance.js';
import type { OutsideLog, SeenEvent } from './log.js';

export const REQUESTED = 'tool.execution.requested.v1';
export const COMPLETED = 'tool.execution.completed.v1';
export const FAILED = 'tool.execution.failed.v1';
export const AUDIT = 'tool.audit.recorded.v1';
export const DEAD_LETTERS = 'tool.dead-letter.v1';
export const FOLLOWED = [COMPLETED, FAILED, AUDIT, DEAD_LETTERS] as const;

/** What a suite works on: one running instance, seen from outside. */
export interface System {
  instance: Instance;
  ready: Ready;
  api: Api;
  log: OutsideLog;
}

export interface Request {
  readonly id?: string;
  readonly source?: string;
  readonly tenantid?: string;
  readonly tool?: string;
  readonly payload?: unknown;
}

/** A request as an upstream writes it, and the execution it promises to become. */
export function requestEvent({
  id = randomUUID(),
  source = '/e2e',
  tenantid = 'demo',
  tool = 'echo',
  payload = { text: 'hi' },
}: Request = {}): { value: string; executionId: string } {
  const event = {
    specversion: '1.0',
    id,
    source,
    type: 'ToolExecutionRequested',
    tenantid,
    data: { tool, payload, actor: { type: 'service', id: 'e2e' } },
  };
  return { value: JSON.stringify(event), executionId: deriveExecutionId(tenantid, source, id) };
}

export const of = (events: readonly SeenEvent[], executionId: string): SeenEvent[] =>
  events.filter(({ data }) => data.executionId === executionId);

/** The one terminal event of an execution. */
export async function terminal({ log }: System, executionId: string, withinMs = 20_000): Promise<SeenEvent> {
  const found = (): SeenEvent[] => [...of(log.seen(COMPLETED), executionId), ...of(log.seen(FAILED), executionId)];
  await eventually(() => found().length > 0, { withinMs, describe: () => `no terminal event of ${executionId}` });
  const [event] = found();
  if (!event) throw new Error('unreachable: it was just found');
  return event;
}
