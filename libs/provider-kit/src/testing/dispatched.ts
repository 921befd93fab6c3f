import { ToolInvocationDispatched, createEvent, dispatchedTopic } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import type { Provider } from '../provider.js';
import type { Dispatch } from '../worker/invocation.js';

type Data = ToolInvocationDispatched['data'];

/** What a test says of a dispatched attempt; everything else has a value that suits. */
export interface Dispatching extends Partial<Omit<Data, 'tool'>> {
  readonly tenantId?: string;
  readonly spec?: unknown;
  readonly tool?: Partial<Data['tool']>;
  /** By the log's clock, in milliseconds since the epoch. Default now; `startBy` is 60 s later unless it is given. */
  readonly appendedAt?: number;
}

let offset = 0n;

/** The record of an attempt as a worker of this provider gets it: a new execution of a tool of its own, unless it says otherwise. */
export function dispatched(provider: Pick<Provider, 'name'>, given: Dispatching = {}): Dispatch {
  const { tenantId = 'demo', spec = {}, tool, appendedAt = Date.now(), ...data } = given;
  const executionId = data.executionId ?? newId();
  const event = createEvent(ToolInvocationDispatched, {
    tenantId,
    id: newId(),
    subject: executionId,
    source: 'execution',
    time: new Date(appendedAt),
    data: {
      executionId,
      attempt: 1,
      startBy: new Date(appendedAt + 60_000).toISOString(),
      deadline: null,
      input: {},
      idempotencyKey: executionId,
      agent: null,
      sessionId: null,
      ...data,
      tool: {
        id: newId(),
        name: 'a-tool',
        version: '1.0.0',
        provider: provider.name,
        spec,
        auth: { type: 'none' },
        outputSchema: null,
        sensitive: { input: [], output: [] },
        idempotent: false,
        timeoutMs: 30_000,
        retry: { maxAttempts: 3, backoffMs: 500 },
        ...tool,
      },
    },
  });
  offset += 1n;
  return { ...event, record: { topic: dispatchedTopic(provider.name), partition: 0, offset, appendedAt } };
}
