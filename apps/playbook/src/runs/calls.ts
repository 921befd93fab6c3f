import type { SealingKeys } from '@toolplane/contracts/documents';
import { isErrorCode, DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { createEvent, requestedTopic, ToolExecutionRequested, type Outgoing } from '@toolplane/contracts/events';
import type { CheckAnswer, CheckBody, Problem } from '@toolplane/contracts/http';
import { deriveEventId, deriveExecutionId } from '@toolplane/contracts/ids';
import { sealPayload } from '@toolplane/security/sealing';
import type { Caller, ServiceClient } from '@toolplane/service-kit';
import type { RunRow } from './run-row.js';

type Payload = Record<string, unknown>;

/** A call that is about to be requested. */
export interface Call {
  readonly run: RunRow;
  readonly stepId: string;
  readonly iteration: number;
  /** Its sensitive fields are sealed. */
  readonly payload: Payload;
}

/** The execution of a step's iteration: the same for every repeat of the same completion. */
export const executionIdOf = ({ tenantId, id }: Pick<RunRow, 'tenantId' | 'id'>, stepId: string, iteration: number): string =>
  deriveExecutionId(tenantId, `/toolplane/playbook/runs/${id}`, `${stepId}:${iteration}`);

export const toolOf = ({ definition }: RunRow, stepId: string): string => {
  const tool = definition.find(({ id }) => id === stepId)?.tool;
  if (tool === undefined) throw new Error(`step ${stepId} calls no tool`);
  return tool;
};

/** What a step's call needs from outside, before anything is written. */
export class Calls {
  /** @param keys the public keys as the operator's file holds them now; null where this deployment has none. */
  constructor(
    private readonly services: ServiceClient,
    private readonly keys: (() => SealingKeys) | null,
  ) {}

  /**
   * What goes into the request of a payload that the tool takes: its sensitive fields sealed, so that neither our database nor the topic
   * ever holds them. Sealed once: what lies in the outbox is what is sent, however often.
   * @throws ToolplaneError as `check`; SEALING_NOT_CONFIGURED where a field would have to be sealed and there is no key
   */
  async prepare({ tenantId, token }: Caller, tool: string, payload: Payload): Promise<Payload> {
    const { toolName, sensitive } = await this.check(tool, payload, token);
    return (await sealPayload(payload, sensitive.input, { tenantId, tool: toolName }, this.keys?.() ?? null)).payload;
  }

  /**
   * Asks whether the tool exists and takes the payload, with the person's own token and without any effect: what can be known to fail is
   * told to whoever completes the step, and does not become a failed step.
   * @throws ToolplaneError TOOL_NOT_FOUND, REQUEST_INPUT_INVALID, …; DependencyDown where nobody can tell
   */
  private async check(tool: string, payload: Payload, token: string): Promise<CheckAnswer> {
    const body: CheckBody = { tool, payload };
    const answer = await this.services.call<CheckAnswer | Problem>({ service: 'validation', method: 'POST', path: '/internal/checks', token, body });
    if (answer.status === 200) return answer.body as CheckAnswer;
    const { code, detail, errors } = answer.body as Problem;
    if (answer.status >= 500 || !isErrorCode(code)) throw new DependencyDown('validation', new Error(`it was asked for a check and answered ${answer.status}`));
    throw new ToolplaneError(code, { message: code === 'TOOL_NOT_FOUND' ? `the step’s tool ${tool} is not there` : detail, details: errors });
  }
}

/** The request, as the person's: `playbook` only says on whose behalf and for which case. */
export function requestedOf({ run, stepId, iteration, payload }: Call, { principal, ip }: Caller, { now, traceparent }: { readonly now: Date; readonly traceparent: string }): Outgoing<ToolExecutionRequested> {
  const executionId = executionIdOf(run, stepId, iteration);
  return createEvent(ToolExecutionRequested, {
    tenantId: run.tenantId, id: deriveEventId(run.tenantId, executionId, 'requested'), subject: executionId, source: 'playbook', time: now,
    topic: requestedTopic('playbook'), traceparent,
    data: {
      executionId, tool: toolOf(run, stepId), payload, requestedBy: principal, actor: { type: 'playbook', id: run.id }, exceptionId: run.exceptionId,
      correlationId: run.id, ...(ip === null ? {} : { ip }),
    },
  });
}
