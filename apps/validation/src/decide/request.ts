import type { Received } from '@toolplane/contracts/envelope';
import type { ToolExecutionDecided, ToolExecutionRequested } from '@toolplane/contracts/events';
import { deriveExecutionId } from '@toolplane/contracts/ids';
import { canonical, keyedDigestOf } from '@toolplane/security/chain';
import type { Ingress } from './ingresses.js';
import type { MeasuredPayload } from './payload.js';

type Decided = ToolExecutionDecided['data'];

/** Who and what a request concerns, as far as its ingress is believed. */
export type RequestContext = Pick<
  Decided,
  'request' | 'correlationId' | 'requestedBy' | 'actor' | 'agent' | 'sessionId' | 'exceptionId' | 'ip' | 'answerTopic' | 'deadline'
>;

/** Postgres keeps a UUID in lower case: so do the ids that are derived from it. */
export const executionIdOf = ({ tenantid, source, id, data }: ToolExecutionRequested): string =>
  data.executionId?.toLowerCase() ?? deriveExecutionId(tenantid, source, id);

export function contextOf({ source, id, data }: ToolExecutionRequested, { principal, answerTopic }: Ingress): RequestContext {
  const ours = principal === null;
  return {
    // Execution asks for HTTP callers, who have no request on a topic that they could name.
    request: ours && source === '/toolplane/execution' ? null : { source, id },
    correlationId: data.correlationId ?? null,
    requestedBy: ours ? (data.requestedBy ?? null) : { type: 'ingress', id: principal },
    actor: data.actor ?? null,
    agent: data.agent ?? null,
    sessionId: data.sessionId ?? null,
    exceptionId: data.exceptionId ?? null,
    ip: ours ? (data.ip ?? null) : null,
    answerTopic,
    deadline: data.deadline ?? null,
  };
}

/**
 * Keyed hash of the request as it was received: another one under the same execution id is a conflict. A service of ours has made it
 * already, before it sealed anything; from anybody else it is not believed.
 */
export function requestDigestOf({ data }: Received<ToolExecutionRequested>, context: RequestContext, payload: MeasuredPayload, ingress: Ingress, key: string): string {
  if (ingress.principal === null && data.requestDigest !== undefined) return data.requestDigest;
  const { correlationId, requestedBy, actor, agent, sessionId, exceptionId, deadline } = context;
  const rest = { actor, agent, correlationId, deadline, exceptionId, requestedBy, sessionId, tool: data.tool, version: data.version ?? null };
  // Both texts end where they end, so that nothing can move from one into the other.
  return keyedDigestOf(key, `${canonical(rest)}${payload.fault ? JSON.stringify(payload.value) : payload.text}`);
}
