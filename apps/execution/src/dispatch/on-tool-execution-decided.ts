import { Controller } from '@nestjs/common';
import { wireError, type ExecutionError } from '@toolplane/contracts/errors';
import { ToolControlChanged, ToolExecutionDecided } from '@toolplane/contracts/events';
import type { Received } from '@toolplane/contracts/envelope';
import { EventLog, OnEvents, Publisher } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { digest } from '@toolplane/security/chain';
import { eventsOf } from '../execution/execution-events.js';
import { ExecutionStore, type Dated } from '../execution/execution.store.js';
import { Gates } from '../gates/gates.js';
import type { Trigger } from '../execution/state-machine.js';

/** Stores what was decided and hands what is allowed to its provider. */
@Controller()
export class OnToolExecutionDecided {
  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionStore,
    private readonly positions: Positions,
    private readonly publisher: Publisher,
    private readonly log: EventLog,
    private readonly gates: Gates,
  ) {}

  // What operators have stopped is known before anything is dispatched.
  @OnEvents(ToolExecutionDecided, { after: [ToolControlChanged] })
  async handle(events: readonly Received<ToolExecutionDecided>[]): Promise<void> {
    const { now } = await this.database.asWorker(async (tx) => {
      const applied = await this.executions.apply(tx, events.map((event) => toTrigger(event, this.gates)));
      await this.positions.advance(tx, events, this.log.clusterId);
      return eventsOf(applied);
    });
    await this.publisher.publish(now);
  }
}

const toTrigger = (event: ToolExecutionDecided, gates: Gates): Dated => ({
  tenantId: event.tenantid, id: event.data.executionId, eventId: event.id, trigger: triggerOf(event, gates), decision: event,
});

function triggerOf({ tenantid, data }: ToolExecutionDecided, gates: Gates): Trigger {
  const { outcome, error } = data;
  if (outcome === 'rejected') {
    if (!error) throw new Error('a rejection carries its error');
    return { type: 'decided', outcome, error };
  }
  const refusal = outcome === 'allowed' ? refusalOf(tenantid, data, gates) : null;
  return refusal ? { type: 'decided', outcome: 'rejected', error: refusal } : { type: 'decided', outcome };
}

/** The last look before a first dispatch: what was stopped since the decision, and whether an approval was of these very arguments. */
function refusalOf(tenantId: string, { tool, agent, approval, input, inputDigest }: ToolExecutionDecided['data'], gates: Gates): ExecutionError | null {
  if (!tool) return wireError('TOOL_NOT_FOUND');
  if (approval && (approval.decision !== 'approved' || digest(input) !== inputDigest)) return wireError('APPROVAL_VOID');
  return gates.refusalOf({ tenantId, tool, agent });
}
