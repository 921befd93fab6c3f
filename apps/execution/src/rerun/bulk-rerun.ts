import { Inject, Injectable } from '@nestjs/common';
import type { BulkRerunAnswer, BulkRerunBody, RerunFilter } from '@toolplane/contracts/http';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { deriveExecutionId, newId } from '@toolplane/contracts/ids';
import { keyedDigest } from '@toolplane/security/chain';
import { Database } from '@toolplane/persistence';
import type { Caller } from '@toolplane/service-kit';
import { REQUEST_DIGEST_KEY } from '../accept/accept.controller.js';
import type { Acceptance } from '../accept/acceptance.store.js';
import { Acceptor } from '../accept/acceptor.js';
import { checkedKey, claimKey, freeKey } from '../accept/idempotency-key.js';
import type { ExecutionRow } from '../execution/execution-row.js';
import { recoverStore } from '../recover/recover.store.js';
import { executionsQueries, type ExecutionFilter } from '../read/executions.queries.js';

/** More at once is nobody's considered wish: the filter is to be narrowed. */
export const MOST = 1_000;
/** Rows that are held at a time; each may carry a quarter of a megabyte. */
const PAGE = 50;
const FINAL = ['failed', 'succeeded'];

/** One call, as far as it decides which executions come of it. */
interface Run {
  readonly id: string;
  /** What had ended by then is meant, so that a repeat means the same. */
  readonly endedBy: Date;
}

/** Runs many executions again as they were: accepted like any other request, decided anew. */
@Injectable()
export class BulkRerun {
  constructor(
    private readonly database: Database,
    private readonly acceptor: Acceptor,
    @Inject(REQUEST_DIGEST_KEY) private readonly digestKey: string,
  ) {}

  async run(caller: Caller, { filter: asked, dryRun = true }: BulkRerunBody, idempotencyKey: string | null): Promise<{ readonly answer: BulkRerunAnswer; readonly replayed: boolean }> {
    const filter = filterOf(asked, caller.agent);
    const key = checkedKey(idempotencyKey);
    // What only counts starts nothing that a repeat could start twice.
    const { run, replayed } = await this.begin(caller.tenantId, { filter: asked, dryRun }, dryRun ? null : key);
    const { matched, skipped } = await this.database.asTenant(caller.tenantId, (tx) => executionsQueries.count(tx, caller.tenantId, { ...filter, endedBy: run.endedBy }));
    if (matched > MOST && !dryRun) {
      if (key !== null) await this.database.asWorker((tx) => freeKey(tx, caller.tenantId, key));
      throw new ToolplaneError('DEFINITION_INVALID', { message: `the filter matches ${matched} executions, of which at most ${MOST} are run again at once`, details: [{ pointer: '/filter', detail: 'narrow it, for instance by from and to' }] });
    }
    const executions = dryRun ? [] : await this.runAll(caller, filter, run);
    return { answer: { dryRun, matched, skipped, executions: [...executions] }, replayed };
  }

  /** With a key, its first use says what is meant. */
  private begin(tenantId: string, body: BulkRerunBody, key: string | null): Promise<{ readonly run: Run; readonly replayed: boolean }> {
    return this.database.asWorker(async (tx) => {
      if (key === null) return { run: { id: newId(), endedBy: await recoverStore.now(tx) }, replayed: false };
      const fingerprint = keyedDigest(this.digestKey, { path: '/api/tools/executions/rerun', body });
      const { kept, replayed } = await claimKey(tx, tenantId, { key, fingerprint });
      return { run: { id: kept.executionId, endedBy: kept.createdAt }, replayed };
    });
  }

  private async runAll(caller: Caller, filter: ExecutionFilter, run: Run): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let after: { at: string; id: string } | null = null; ; ) {
      const rows: ExecutionRow[] = await this.database.asTenant(caller.tenantId, (tx) =>
        executionsQueries.list(tx, caller.tenantId, { ...filter, endedBy: run.endedBy }, PAGE, after));
      const accepted = await Promise.all(rows.filter(({ toolId }) => toolId !== null).map((row) => this.acceptor.accept(this.acceptanceOf(caller, row, run))));
      for (const each of accepted) if (each.outcome !== 'refused') ids.push(each.row.id);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return ids;
      after = { at: last.createdAt.toISOString(), id: last.id };
    }
  }

  private acceptanceOf(caller: Caller, row: ExecutionRow, run: Run): Acceptance {
    const executionId = deriveExecutionId(row.tenantId, `rerun ${run.id}`, row.id);
    return {
      tenantId: row.tenantId, executionId, idempotencyKey: null, fingerprint: '',
      requestDigest: keyedDigest(this.digestKey, { rerun: row.id, by: caller.principal }),
      toolId: row.toolId ?? '', toolName: row.toolName, toolVersion: null, agent: row.agent, sessionId: row.sessionId,
      exceptionId: row.exceptionId, correlationId: row.correlationId ?? row.id, input: row.input, deadline: null,
      context: {
        request: null, requestedBy: caller.principal, actor: null, ip: caller.ip, approval: null, answerTopic: null,
        sensitiveInput: row.context.sensitiveInput, traceparent: null,
      },
    };
  }
}

/** A key of type agent runs only its own agent's again. */
function filterOf(asked: RerunFilter, agent: string | null): ExecutionFilter {
  const { from, to, ...alternatives } = asked;
  const listed = Object.fromEntries(Object.entries(alternatives).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]));
  const status = (listed.status ?? ['failed']) as readonly string[];
  const other = status.find((one) => !FINAL.includes(one));
  if (other !== undefined) {
    throw new ToolplaneError('DEFINITION_INVALID', { details: [{ pointer: '/filter/status', detail: `only what has ended can be run again: ${FINAL.join(' or ')}` }] });
  }
  return { ...listed, status, from, to, ...(agent !== null && { agent: [agent] }) };
}
