import { requestedTopic } from '@toolplane/contracts/events';
import { deriveExecutionId } from '@toolplane/contracts/ids';
import { contextOf, idempotencyKeyOf, type ToolCall } from '../call.js';

/** Who asks, over the event log. */
export interface Requester {
  readonly tenantId: string;
  /** CloudEvents source, the caller's own name: `/orders`. With the event's id it makes the execution's. */
  readonly source: string;
  /** Whom it says it acts for; default none. */
  readonly actor?: { readonly type: 'user' | 'service' | 'agent' | 'playbook'; readonly id: string };
  /** The ingress topic that the operator opened to this upstream; the open one of a local start if absent. */
  readonly topic?: string;
}

/** A record for the caller's own producer. */
export interface RequestRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A call as a record, with the execution it will be: known before anybody has seen it. */
export interface RequestEvent {
  readonly executionId: string;
  readonly id: string;
  readonly record: RequestRecord;
}

/**
 * Makes the ToolExecutionRequested of a call. Pure: the same call gives the same id and the same execution, so that publishing it again,
 * after a crash or a timeout, does nothing twice. Sealing is not repeatable: after one, publish the record that was made first.
 */
export function requestEvent(call: ToolCall, { tenantId, source, actor, topic = requestedTopic() }: Requester): RequestEvent {
  const id = idempotencyKeyOf(call);
  const executionId = deriveExecutionId(tenantId, source, id);
  const data = { tool: call.tool, payload: call.payload, ...(actor && { actor }), ...contextOf(call) };
  const event = { specversion: '1.0', id, source, type: 'ToolExecutionRequested', tenantid: tenantId, datacontenttype: 'application/json', data };
  return {
    executionId,
    id,
    record: { topic, key: executionId, value: JSON.stringify(event), headers: { 'content-type': 'application/cloudevents+json' } },
  };
}
