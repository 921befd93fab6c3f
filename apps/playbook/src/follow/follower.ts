import { Injectable } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import type { ToolExecutionCompleted, ToolExecutionFailed } from '@toolplane/contracts/events';
import { EventLog, type LogRecord } from '@toolplane/messaging';
import { batchOf, Database, Positions, type Tx } from '@toolplane/persistence';
import { timelineStore } from '../exceptions/timeline.store.js';
import { happeningsOf } from '../runs/happenings.js';
import { isRefusal, transition } from '../runs/run-machine.js';
import { stateOf, type RunRow, type StepRow } from '../runs/run-row.js';
import { runStore } from '../runs/run.store.js';

type Terminal = Received<ToolExecutionCompleted> | Received<ToolExecutionFailed>;
interface Followed {
  readonly tenantId: string;
  readonly runId: string;
  readonly stepId: string;
  readonly iteration: number;
  readonly executionId: string;
}

const execution = batchOf({ tenantId: 'text', executionId: 'uuid' });
const FOLLOWING = `
  select s.tenant_id as "tenantId", s.run_id as "runId", s.step_id as "stepId", s.iteration, s.execution_id as "executionId"
    from playbook.steps s join ${execution.source} on (s.tenant_id, s.execution_id) = (row.tenant_id, row.execution_id)`;

/** Of so many records one is looked at whatever it says. */
const MILESTONE = 1_000n;

/**
 * Most executions are nobody's step: their events are passed over by their bytes. Milestones are not, so that the stored position moves
 * on with them: a start would go back to the last outcome that was a step's, however much lies between, as if the database were older.
 */
export const isWanted = ({ value, offset }: LogRecord): boolean => offset % MILESTONE === 0n || (value?.includes('"playbook"') ?? false);

/** Lets steps follow their executions. A repeat finds its step settled and changes nothing. */
@Injectable()
export class Follower {
  constructor(
    private readonly database: Database,
    private readonly positions: Positions,
    private readonly log: EventLog,
  ) {}

  async follow(events: readonly Terminal[]): Promise<void> {
    await this.database.asWorker(async (tx) => {
      await this.apply(tx, events);
      await this.positions.advance(tx, events, this.log.clusterId);
    });
  }

  private async apply(tx: Tx, events: readonly Terminal[]): Promise<void> {
    const ours = events.filter(({ data }) => data.actor?.type === 'playbook');
    if (ours.length === 0) return;
    const keys = ours.map(({ tenantid, data }) => ({ tenantId: tenantid, executionId: data.executionId })).sort(byKey);
    const found = await tx.query<Followed>(FOLLOWING, execution.values(keys));
    if (found.length === 0) return;
    const steps = new Map(found.map((step) => [`${step.tenantId} ${step.executionId}`, step]));
    const runIds = new Map(found.map(({ tenantId, runId }) => [`${tenantId} ${runId}`, { tenantId, runId }]));
    const runs = new Map((await runStore.lock(tx, [...runIds.values()])).map((run) => [`${run.tenantId} ${run.id}`, run]));
    // One after the other: people complete steps, so that a batch seldom holds more than one of ours.
    for (const event of ours) {
      const step = steps.get(`${event.tenantid} ${event.data.executionId}`);
      const run = step && runs.get(`${step.tenantId} ${step.runId}`);
      if (!step || !run) continue;
      const after = await settle(tx, run, step, event);
      if (after) runs.set(`${run.tenantId} ${run.id}`, after);
    }
  }
}

/** The run afterwards; null where the step does not wait for this event. */
async function settle(tx: Tx, run: RunRow, { stepId, iteration }: Followed, { data }: Terminal): Promise<RunRow | null> {
  const result = transition(stateOf(run), { type: 'ended', step: stepId, iteration, succeeded: data.status === 'succeeded' });
  if (isRefusal(result)) return null;
  const steps = run.steps.map((step, index): StepRow =>
    step.stepId === stepId
      ? { ...step, status: result.state.steps[index]?.status ?? step.status, output: data.output, outputRef: data.outputRef, error: data.error }
      : step,
  );
  const after: RunRow = { ...run, status: result.state.status, steps };
  await runStore.save(tx, run, after, result.changed);
  await timelineStore.add(tx, run.tenantId, happeningsOf(run, after, result.changed));
  return after;
}

const byKey = (a: { tenantId: string; executionId: string }, b: { tenantId: string; executionId: string }): number =>
  `${a.tenantId} ${a.executionId}` < `${b.tenantId} ${b.executionId}` ? -1 : 1;
