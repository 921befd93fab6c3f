import { isUuid, type PlaybookStep } from '@toolplane/contracts/documents';
import type { ToolExecutionRequested } from '@toolplane/contracts/events';
import { batchOf, type Tx } from '@toolplane/persistence';
import type { RunRow, StepRow } from './run-row.js';

const RUN = `r.tenant_id as "tenantId", r.id, r.exception_id as "exceptionId", r.playbook_id as "playbookId", r.playbook_name as "playbookName",
  r.steps as definition, r.status, r.detail, r.started_by as "startedBy", r.created_at as "createdAt", r.updated_at as "updatedAt",
  r.finished_at as "finishedAt"`;
/** Of a list, outputs that would make it long are left out: the run itself has them. */
const LARGEST_LISTED = 16_384;
const stepColumns = (output: string) => `s.tenant_id as "tenantId", s.run_id as "runId", s.step_id as "stepId", s.iteration, s.status, s.execution_id as "executionId",
  ${output} as output, s.output_ref as "outputRef", s.error, s.comment, s.choice, s.done_by as "by", s.started_at as "startedAt", s.finished_at as "finishedAt"`;

const runKey = batchOf({ tenantId: 'text', runId: 'uuid' });
const newestSteps = (output: string) => `
  select distinct on (s.tenant_id, s.run_id, s.step_id) ${stepColumns(output)}
    from playbook.steps s join ${runKey.source} on (s.tenant_id, s.run_id) = (row.tenant_id, row.run_id)
   order by s.tenant_id, s.run_id, s.step_id, s.iteration desc`;
const STEPS = newestSteps('s.output');
const LISTED_STEPS = newestSteps(`case when length(s.output::text) <= ${LARGEST_LISTED} then s.output end`);

const INSERT = `
  insert into playbook.runs (tenant_id, id, exception_id, playbook_id, playbook_name, steps, started_by) values ($1, $2, $3, $4, $5, $6, $7)`;
const pending = batchOf({ tenantId: 'text', runId: 'uuid', stepId: 'text' });
const INSERT_STEPS = `
  insert into playbook.steps (tenant_id, run_id, step_id, iteration, status) select row.tenant_id, row.run_id, row.step_id, 1, 'pending' from ${pending.source}`;
const ONE = `select ${RUN} from playbook.runs r where (r.tenant_id, r.id) = ($1, $2)`;
const LOCK = `
  select ${RUN} from playbook.runs r join ${runKey.source} on (r.tenant_id, r.id) = (row.tenant_id, row.run_id)
   order by r.tenant_id, r.id for no key update of r`;
const SAVE_RUN = `
  update playbook.runs r
     set status = $3, detail = coalesce($4, r.detail), updated_at = now(), finished_at = case when $3 <> 'running' then coalesce(r.finished_at, now()) end
   where (r.tenant_id, r.id) = ($1, $2)`;

export const changedStep = batchOf({
  tenantId: 'text', runId: 'uuid', stepId: 'text', iteration: 'int', status: 'text', executionId: 'uuid', output: 'json', outputRef: 'json', error: 'json',
  comment: 'text', choice: 'text', doneBy: 'json',
});
const FINISHED_AT = `case when row.status in ('completed', 'failed', 'skipped') then now() end`;
const SAVE_STEPS = `
  update playbook.steps s
     set status = row.status, execution_id = row.execution_id, output = row.output, output_ref = row.output_ref, error = row.error, comment = row.comment,
         choice = row.choice, done_by = row.done_by, request = null, started_at = coalesce(s.started_at, case when row.status = 'running' then now() end),
         finished_at = ${FINISHED_AT}
    from ${changedStep.source}
   where (s.tenant_id, s.run_id, s.step_id, s.iteration) = (row.tenant_id, row.run_id, row.step_id, row.iteration)`;
const INSERT_ITERATION = `
  insert into playbook.steps (${changedStep.columns}, started_at, finished_at)
  select ${changedStep.columns}, case when row.status = 'running' then now() end, ${FINISHED_AT} from ${changedStep.source}`;

/** For as long as its call runs. */
const KEEP_REQUEST = `update playbook.steps s set request = $3 where (s.tenant_id, s.execution_id) = ($1, $2)`;

export interface RunFilter {
  readonly exceptionId?: readonly string[] | undefined;
  readonly playbook?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
}
export interface RunKey {
  readonly tenantId: string;
  readonly runId: string;
}
type BareRun = Omit<RunRow, 'steps'>;
type FoundStep = StepRow & RunKey;
export type NewRun = Pick<RunRow, 'tenantId' | 'id' | 'exceptionId' | 'playbookId' | 'playbookName' | 'definition' | 'startedBy'>;

export const runStore = {
  async insert(tx: Tx, run: NewRun): Promise<void> {
    const { tenantId, id, exceptionId, playbookId, playbookName, definition, startedBy } = run;
    await tx.query(INSERT, [tenantId, id, exceptionId, playbookId, playbookName, JSON.stringify(definition), JSON.stringify(startedBy)]);
    await tx.query(INSERT_STEPS, pending.values(definition.map((step) => ({ tenantId, runId: id, stepId: step.id }))));
  },

  async one(tx: Tx, tenantId: string, id: string): Promise<RunRow | undefined> {
    return (await withSteps(tx, STEPS, await tx.query<BareRun>(ONE, [tenantId, id])))[0];
  },

  /** Held until the transaction ends, in key order, so that two batches never wait for each other in a ring. */
  async lock(tx: Tx, keys: readonly RunKey[]): Promise<RunRow[]> {
    return withSteps(tx, STEPS, await tx.query<BareRun>(LOCK, runKey.values(keys)));
  },

  /** Newest first, from `after` on; at most `limit` rows. */
  async list(tx: Tx, tenantId: string, filter: RunFilter, limit: number, after: readonly [at: string, id: string] | undefined): Promise<RunRow[]> {
    const values: unknown[] = [tenantId];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = ['r.tenant_id = $1'];
    if (filter.exceptionId?.length) where.push(`r.exception_id = any(${bind(filter.exceptionId.filter(isUuid))}::uuid[])`);
    if (filter.playbook?.length) where.push(`(r.playbook_name = any(${bind(filter.playbook)}) or r.playbook_id = any(${bind(filter.playbook.filter(isUuid))}::uuid[]))`);
    if (filter.status?.length) where.push(`r.status = any(${bind(filter.status)})`);
    if (after) where.push(`(r.created_at, r.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`);
    const sql = `select ${RUN} from playbook.runs r where ${where.join(' and ')} order by r.created_at desc, r.id desc limit ${bind(limit)}`;
    return withSteps(tx, LISTED_STEPS, await tx.query<BareRun>(sql, values));
  },

  /** Writes a locked run as it stands now, and the steps of it that changed: those of another iteration as rows of their own. */
  async save(tx: Tx, before: RunRow, after: RunRow, changed: readonly string[]): Promise<void> {
    const { tenantId, id: runId } = before;
    await tx.query(SAVE_RUN, [tenantId, runId, after.status, after.detail]);
    const rows = after.steps.filter(({ stepId }) => changed.includes(stepId)).map(({ by, ...step }) => ({ ...step, tenantId, runId, doneBy: by }));
    const isNew = ({ stepId, iteration }: (typeof rows)[number]): boolean =>
      iteration > (before.steps.find((step) => step.stepId === stepId)?.iteration ?? 0);
    const [added, kept] = [rows.filter(isNew), rows.filter((row) => !isNew(row))];
    if (kept.length > 0) await tx.query(SAVE_STEPS, changedStep.values(kept));
    if (added.length > 0) await tx.query(INSERT_ITERATION, changedStep.values(added));
  },

  /** Keeps the request of a step that is running, so that a log that was made anew can be told again. */
  async keepRequest(tx: Tx, request: ToolExecutionRequested): Promise<void> {
    await tx.query(KEEP_REQUEST, [request.tenantid, request.data.executionId, JSON.stringify(request)]);
  },
};

async function withSteps(tx: Tx, sql: string, runs: readonly BareRun[]): Promise<RunRow[]> {
  if (runs.length === 0) return [];
  const found = await tx.query<FoundStep>(sql, runKey.values(runs.map(({ tenantId, id }) => ({ tenantId, runId: id }))));
  const byKey = new Map(found.map((step) => [`${step.tenantId} ${step.runId} ${step.stepId}`, step]));
  return runs.map((run) => ({ ...run, steps: run.definition.map((step) => bareStep(run, step, byKey)) }));
}

function bareStep({ tenantId, id }: BareRun, step: PlaybookStep, byKey: ReadonlyMap<string, FoundStep>): StepRow {
  const found = byKey.get(`${tenantId} ${id} ${step.id}`);
  if (!found) throw new Error(`run ${id} has lost its step ${step.id}`);
  const { tenantId: _tenantId, runId: _runId, ...row } = found;
  return row;
}
