import type { CloudEvent } from '../envelope/cloud-event.js';
import type { EventDefinition } from './define-event.js';
import { ToolAuditRecorded } from './tool-audit-recorded.js';
import { ToolControlChanged } from './tool-control-changed.js';
import { ToolExecutionCompleted } from './tool-execution-completed.js';
import { ToolExecutionDecided } from './tool-execution-decided.js';
import { ToolExecutionFailed } from './tool-execution-failed.js';
import { ToolExecutionProgressed } from './tool-execution-progressed.js';
import { ToolExecutionRequested } from './tool-execution-requested.js';
import { ToolInvocationDispatched } from './tool-invocation-dispatched.js';
import { ToolInvocationReported } from './tool-invocation-reported.js';
import { ToolProviderHealthChanged } from './tool-provider-health-changed.js';
import { ToolRegistryChanged } from './tool-registry-changed.js';

/** Every event there is, in the order in which an execution meets them. */
export const EVENTS: readonly EventDefinition[] = Object.freeze([
  ToolExecutionRequested,
  ToolExecutionDecided,
  ToolInvocationDispatched,
  ToolInvocationReported,
  ToolExecutionProgressed,
  ToolExecutionCompleted,
  ToolExecutionFailed,
  ToolAuditRecorded,
  ToolRegistryChanged,
  ToolControlChanged,
  ToolProviderHealthChanged,
]);

const byType: ReadonlyMap<string, EventDefinition> = new Map(EVENTS.map((definition) => [definition.type, definition]));

export const eventByType = (type: string): EventDefinition | undefined => byType.get(type);

/** The record key: decides the partition, and with it what stays in order. */
export const recordKeyOf = (event: CloudEvent): string => {
  const definition = eventByType(event.type);
  if (definition?.key === 'tenant') return event.tenantid;
  if (definition?.objectKey) return `${event.tenantid} ${definition.objectKey(event.data as never)}`;
  return event.subject ?? event.id;
};
