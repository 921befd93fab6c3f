import { createEvent, requestedTopic, ToolExecutionRequested, type Outgoing } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { ExecutionRow } from '../execution/execution-row.js';

/** The request of a row that was accepted over HTTP and is not decided yet: told from the row alone, so that it can be told again. */
export const requestedEvent = (row: ExecutionRow): Outgoing<ToolExecutionRequested> => createEvent(ToolExecutionRequested, {
  tenantId: row.tenantId, id: deriveEventId(row.tenantId, row.id, 'requested'), subject: row.id, source: 'execution', time: row.createdAt,
  topic: requestedTopic('execution'), traceparent: row.context.traceparent ?? undefined,
  data: {
    executionId: row.id, tool: row.toolId ?? row.toolName, payload: row.input, requestDigest: row.requestDigest,
    ...present({
      version: row.toolVersion, actor: row.context.actor, agent: row.agent, sessionId: row.sessionId, exceptionId: row.exceptionId,
      correlationId: row.correlationId, deadline: row.deadline?.toISOString(), requestedBy: row.context.requestedBy, ip: row.context.ip,
    }),
  },
});

/** Optional members of an event are absent, never null. */
const present = <T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
