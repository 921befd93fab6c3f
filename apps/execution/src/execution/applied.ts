import type { ToolExecutionDecided, ToolInvocationReported } from '@toolplane/contracts/events';
import type { ExecutionRow, Principal } from './execution-row.js';
import type { Effect, Trigger } from './state-machine.js';

/** A trigger with what it came from. */
export interface Dated {
  readonly tenantId: string;
  readonly id: string;
  /** Id of the event, or a derived one where a timer or a person is the cause. */
  readonly eventId: string;
  readonly trigger: Trigger;
  readonly decision?: ToolExecutionDecided;
  readonly report?: ToolInvocationReported['data'];
  /** The person behind it, where it was one. */
  readonly by?: Principal;
}

/** The answer for one input: `applied` and `repeated` publish what the row says, `refused` is filed as late where that tells anything. */
export interface Applied {
  readonly dated: Dated;
  readonly answer: 'applied' | 'repeated' | 'refused';
  /** Null where there is no such execution. */
  readonly row: ExecutionRow | null;
  readonly effects: readonly Effect[];
}
