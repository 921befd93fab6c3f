import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { DependencyDown, type ExecutionError } from '@toolplane/contracts/errors';
import { ToolInvocationDispatched, type EventOf, type Outgoing } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import { Publisher } from '@toolplane/messaging';
import { Database, Outbox, type RelayHandle, type Tx } from '@toolplane/persistence';
import { laterEventsOf } from '../execution/execution-events.js';
import { ExecutionStore, type Dated } from '../execution/execution.store.js';
import { Gates } from './gates.js';
import { GatesState } from './gates-state.js';
import { waitingAttempts } from './waiting-attempts.js';

type Dispatched = Outgoing<EventOf<typeof ToolInvocationDispatched>>;

const isDispatch = (event: Outgoing<CloudEvent>): event is Dispatched => event.type === ToolInvocationDispatched.type;

/**
 * Sends what lies in the outbox. An attempt that waited there, a retry, passes the gates first: what was stopped, voided or ended while
 * it waited is not called. The same for a dispatch of any other cause, since none is made without passing here or the decision's gate.
 */
@Injectable()
export class GatedRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private relay: RelayHandle | undefined;

  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionStore,
    private readonly outbox: Outbox,
    private readonly publisher: Publisher,
    private readonly gates: Gates,
    private readonly state: GatesState,
  ) {}

  onApplicationBootstrap(): void {
    this.relay = this.outbox.relay((events) => this.send(events));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay?.stop();
  }

  /** @throws DependencyDown where the log or the database is away, or what operators have stopped is not known yet: all of it is sent again */
  async send(events: readonly Outgoing<CloudEvent>[]): Promise<void> {
    const dispatches = events.filter(isDispatch);
    if (dispatches.length === 0) return this.publisher.publish(events);
    if (!this.state.isComplete) {
      await this.publisher.publish(events.filter((event) => !isDispatch(event)));
      throw new DependencyDown('tool.control.v1');
    }
    const stopped = await this.database.asWorker((tx) => this.stop(tx, dispatches));
    await this.publisher.publish(events.filter(({ id }) => !stopped.has(id)));
  }

  /** Ends what a gate refuses, in one transaction with the event that tells of it. Answers what is not to be sent. */
  private async stop(tx: Tx, dispatches: readonly Dispatched[]): Promise<ReadonlySet<string>> {
    const waiting = await waitingAttempts(tx, dispatches.map(({ tenantid, data: { executionId, attempt } }) => ({ tenantId: tenantid, id: executionId, attempt })));
    const stopped = new Set<string>();
    const triggers: Dated[] = [];
    for (const event of dispatches) {
      const waits = waiting(event.tenantid, event.data.executionId, event.data.attempt);
      const refusal = waits && this.refusalOf(event, waits.voided);
      // What waits no more was cancelled, or has ended otherwise.
      if (!waits || refusal) stopped.add(event.id);
      if (refusal) triggers.push(refused(event, refusal));
    }
    if (triggers.length > 0) await this.outbox.add(tx, laterEventsOf(await this.executions.apply(tx, triggers)));
    return stopped;
  }

  private refusalOf({ tenantid, data: { tool, agent } }: Dispatched, voided: ExecutionError | null): ExecutionError | null {
    return voided ?? this.gates.refusalOf({ tenantId: tenantid, tool, agent });
  }
}

const refused = ({ tenantid, data: { executionId, attempt } }: Dispatched, error: ExecutionError): Dated => ({
  tenantId: tenantid, id: executionId, eventId: deriveEventId(tenantid, executionId, `refused:${attempt}`), trigger: { type: 'gate_refused', attempt, error },
});
