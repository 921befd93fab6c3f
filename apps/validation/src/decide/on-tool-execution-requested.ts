import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ToolControlChanged, ToolExecutionRequested, ToolRegistryChanged, type ToolExecutionDecided } from '@toolplane/contracts/events';
import { OnEvents, Publisher } from '@toolplane/messaging';
import { Logger, Metrics, type MetricDefinition } from '@toolplane/observability';
import { Ledger } from '../limits/ledger.js';
import { Sealer } from '../seal/sealer.js';
import { Decider } from './decider.js';

const DECISIONS: MetricDefinition<'outcome' | 'code'> = {
  name: 'toolplane_decisions_total',
  help: 'Decisions published, with the code of those that are rejections.',
  labels: ['outcome', 'code'],
};

/** Decides about requests. Nobody is asked: a batch is decided in one go, with one transaction where something counts, and published in one. */
@Controller()
export class OnToolExecutionRequested {
  private readonly decisions;

  constructor(
    private readonly decider: Decider,
    private readonly sealer: Sealer,
    private readonly ledger: Ledger,
    private readonly publisher: Publisher,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.decisions = metrics.counter(DECISIONS);
  }

  // An incomplete projection would refuse what it has not read of yet.
  @OnEvents(ToolExecutionRequested, { after: [ToolRegistryChanged, ToolControlChanged] })
  async handle(events: readonly Received<ToolExecutionRequested>[]): Promise<void> {
    const requests = events.map((event) => {
      const read = this.decider.read(event);
      // Alone it is parked; in a batch it is looked for, before anything of the batch is said.
      if (typeof read === 'string') throw new ToolplaneError(read);
      return read;
    });
    const decided = await this.ledger.decide(await this.sealer.seal(requests));
    await this.publisher.publish(decided);
    this.tell(decided);
  }

  private tell(decided: readonly ToolExecutionDecided[]): void {
    let allowed = 0;
    for (const { data } of decided) {
      if (data.outcome === 'allowed') allowed += 1;
      else this.decisions.inc({ outcome: data.outcome, code: data.error?.code ?? '' });
    }
    if (allowed > 0) this.decisions.inc({ outcome: 'allowed', code: '' }, allowed);
    this.logger.debug({ decided: decided.length, allowed }, 'decided');
  }
}
