import { Injectable } from '@nestjs/common';
import type { Outgoing, ToolExecutionDecided } from '@toolplane/contracts/events';
import { EventLog } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { Decider } from '../decide/decider.js';
import type { ReadRequest } from '../decide/read-request.js';
import { needsApproval } from '../decide/rules/approval.js';
import { RegistryProjection } from '../projection/registry-projection.js';
import { counterOf } from './counter-of.js';
import { DefinitionChanges } from './definition-changes.js';
import { LedgerRound, sortedKeys } from './ledger-round.js';
import { ledgerStore, type CounterKey, type ExecutionKey } from './ledger.store.js';

type Decided = Outgoing<ToolExecutionDecided>;

/**
 * Decides about a batch. Most of it hangs on nothing but the request and the definitions. What has a limit or needs an approval is counted
 * and kept under a lock, in the order of the batch, so that the first decision stands however often and wherever its request comes again.
 */
@Injectable()
export class Ledger {
  constructor(
    private readonly database: Database,
    private readonly positions: Positions,
    private readonly log: EventLog,
    private readonly decider: Decider,
    private readonly changes: DefinitionChanges,
    private readonly registry: RegistryProjection,
  ) {}

  /** @throws DependencyDown where something is to be counted or kept and the database is away: nothing was decided */
  async decide(requests: readonly ReadRequest[]): Promise<readonly Decided[]> {
    const { counters, claims, looks } = this.keysOf(requests);
    if (claims.length === 0 && looks.length === 0) return requests.map((request) => this.decider.eventOf(request, this.decider.decide(request)));
    return this.database.asWorker(async (tx) => {
      const known = await ledgerStore.claim(tx, { counters, claims, looks });
      const round = new LedgerRound(this.decider, this.registry, known);
      const decided = requests.flatMap((request) => round.decide(request));
      const { made } = round;
      // A repeat, or a look at what stands, has nothing to write.
      if (made.decisions.length === 0) return decided;
      await ledgerStore.keep(tx, made);
      await this.positions.advance(tx, requests.map(({ event }) => event), this.log.clusterId);
      return decided;
    });
  }

  private keysOf(requests: readonly ReadRequest[]) {
    const counters: CounterKey[] = [];
    const claims: ExecutionKey[] = [];
    const looks: ExecutionKey[] = [];
    for (const { prepared, tenantId, executionId, event } of requests) {
      const counter = counterOf(prepared.given);
      if (counter) counters.push(counter.key);
      if (counter || needsApproval(prepared.given)) claims.push({ tenantId, executionId });
      else if (this.changes.mayPrecede(event.record.appendedAt)) looks.push({ tenantId, executionId });
    }
    return { counters: sortedKeys(counters), claims: sortedKeys(claims), looks: sortedKeys(looks) };
  }
}
