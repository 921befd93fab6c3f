import {
  ToolControlChanged, ToolExecutionDecided, ToolExecutionFailed, ToolInvocationDispatched, ToolInvocationReported, createEvent, type EventOf,
} from '@toolplane/contracts/events';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import { wireError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { Outbox } from '@toolplane/persistence';
import { digest } from '@toolplane/security/chain';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from '../dispatch/on-tool-execution-decided.js';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';
import { laterEventsOf } from '../execution/execution-events.js';
import { ExecutionStore } from '../execution/execution.store.js';
import { Sweep } from '../recover/sweep.js';
import { OnToolInvocationReported } from '../settle/on-tool-invocation-reported.js';
import { GatedRelay } from './gated-relay.js';
import { GatesState } from './gates-state.js';
import { OnToolControlChanged } from './on-tool-control-changed.js';

type Decision = EventOf<typeof ToolExecutionDecided>;
const read = { isComplete: true };
const service = testService(ExecutionModule, {
  definition: executionConfig, database: { service: 'execution', migrations: executionMigrations }, fakes: [{ provide: GatesState, useValue: read }],
  env: { SWEEP_EVERY_MS: '600000' },
});
const about = <E extends { subject?: string }>(id: string, events: readonly E[]): readonly E[] => events.filter(({ subject }) => subject === id);
const attemptsOf = (id: string) => about(id, service.published(ToolInvocationDispatched)).map(({ data }) => data.attempt);
const failuresOf = (id: string) => [...new Set(about(id, service.published(ToolExecutionFailed)).map(({ id: eventId, data }) => `${eventId} ${data.error?.code}`))].map((each) => each.split(' ')[1]);
const recordOf = async (id: string) => (await service.http<ExecutionRecord>({ method: 'GET', url: `/api/tools/executions/${id}` })).body;

const input = { text: 'hi' };
const approvalId = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8eaa';
const approval = (decision: string) => ({ id: approvalId, decision, by: null, comment: null, expiresAt: '2026-11-22T00:00:00.000Z' });
function decided(id: string, overrides: Partial<Decision['data']> = {}): Decision {
  const event = golden(ToolExecutionDecided, { executionId: id, outcome: 'allowed', input, inputDigest: digest(input), deadline: null, ...overrides });
  return { ...event, id: newId(), tenantid: 'demo' };
}
const waits = (id: string, overrides = {}) => decided(id, { outcome: 'approval_required', approval: approval('pending'), ...overrides });
const given = (id: string, overrides = {}) => decided(id, { approval: approval('approved'), ...overrides });
const taken = (id: string, code: 'APPROVAL_VOID' | 'APPROVAL_DENIED' | 'APPROVAL_EXPIRED' = 'APPROVAL_VOID') =>
  decided(id, { outcome: 'rejected', approval: approval(code.slice(9).toLowerCase()), error: { ...wireError(code), errors: [] } });
const report = (id: string, attempt: number, data: Partial<EventOf<typeof ToolInvocationReported>['data']>) =>
  ({ ...golden(ToolInvocationReported, { executionId: id, attempt, ...data }), id: newId(), tenantid: 'demo' });
const decide = (...events: readonly Decision[]) => service.deliver(OnToolExecutionDecided, events);

let revision = 0;
const toolId = decided(newId()).data.tool?.id ?? '';
const killed = (on: boolean) =>
  service.deliver(OnToolControlChanged, [createEvent(ToolControlChanged, {
    tenantId: 'demo', id: newId(), subject: 'x', source: 'registry', time: new Date(),
    data: { kind: 'kill_switch', target: { type: 'tool', id: toolId }, on, state: null, reason: null, revision: ++revision, changedBy: null },
  })]);
afterEach(() => killed(false));

describe('the gate before a first dispatch', () => {
  it('ends what was stopped since its decision, and says the same of it later, when it is open', async () => {
    const id = newId();
    const decision = decided(id);
    await killed(true);
    await decide(decision);
    await killed(false);
    await decide(decision);
    expect(attemptsOf(id)).toEqual([]);
    expect(failuresOf(id)).toEqual(['KILL_SWITCH']);
    expect(await recordOf(id)).toMatchObject({ status: 'failed', attempts: 0, error: { code: 'KILL_SWITCH', effect: 'none' } });
  });

  it('does not take back what was handed on', async () => {
    const id = newId();
    const decision = decided(id);
    await decide(decision);
    await killed(true);
    await decide(decision);
    expect(new Set(attemptsOf(id))).toEqual(new Set([1]));
    expect(failuresOf(id)).toEqual([]);
  });
});

describe('the gate before a retry', () => {
  /** An execution whose second attempt waits in the outbox, due now. */
  async function waiting(decision: (id: string) => Decision = decided): Promise<string> {
    const id = newId();
    await decide(decision(id));
    await service.deliver(OnToolInvocationReported, [report(id, 1, { status: 'not_started', error: { ...wireError('PROVIDER_OVERLOADED', { retryAfterMs: 600_000 }), errors: [] } })]);
    return id;
  }
  const due = async (id: string) => {
    await service.database.query(`update execution.outbox set due_at = now() where event ->> 'subject' = '${id}'`);
    await eventually(async () => expect(await service.database.query(`select from execution.outbox where event ->> 'subject' = '${id}'`)).toEqual([]));
  };

  it('lets it pass where nothing has changed', async () => {
    const id = await waiting();
    await due(id);
    expect(attemptsOf(id)).toEqual([1, 2]);
  });

  it('makes no call once the kill switch is on', async () => {
    const id = await waiting();
    await killed(true);
    await due(id);
    await eventually(() => expect(failuresOf(id)).toEqual(['KILL_SWITCH']));
    expect(attemptsOf(id)).toEqual([1]);
  });

  it('makes no call once the approval is void', async () => {
    const id = await waiting(given);
    await decide(taken(id));
    expect(await recordOf(id)).toMatchObject({ status: 'running', approval: { id: approvalId, status: 'void' } });
    await due(id);
    await eventually(() => expect(failuresOf(id)).toEqual(['APPROVAL_VOID']));
    expect(attemptsOf(id)).toEqual([1]);
  });

  it('makes no call of what has ended while it waited', async () => {
    const id = await waiting();
    await service.http({ method: 'POST', url: `/api/tools/executions/${id}/cancel` });
    await due(id);
    expect(attemptsOf(id)).toEqual([1]);
    expect(failuresOf(id)).toEqual(['CANCELLED']);
  });

  it('sends nothing before it knows what is stopped', async () => {
    const id = newId();
    const dispatch = createEvent(ToolInvocationDispatched, { ...golden(ToolInvocationDispatched, { executionId: id }), tenantId: 'demo', subject: id, source: 'execution', time: new Date() });
    read.isComplete = false;
    try {
      await expect(service.get(GatedRelay).send([dispatch])).rejects.toMatchObject({ dependency: 'tool.control.v1' });
    } finally {
      read.isComplete = true;
    }
    expect(attemptsOf(id)).toEqual([]);
  });

  it('is the same for an attempt that the sweep repeats', async () => {
    const id = newId();
    await decide(decided(id, { tool: { ...(decided(id).data.tool as NonNullable<Decision['data']['tool']>), idempotent: true } }));
    await killed(true);
    await service.database.database.asWorker(async (tx) => {
      const applied = await service.get(ExecutionStore).apply(tx, [{ tenantId: 'demo', id, eventId: newId(), trigger: { type: 'lease_expired', attempt: 1 } }]);
      await service.get(Outbox).add(tx, laterEventsOf(applied));
    });
    await due(id);
    await eventually(() => expect(failuresOf(id)).toEqual(['KILL_SWITCH']));
    expect(await recordOf(id)).toMatchObject({ error: { code: 'KILL_SWITCH', effect: 'possible', retryable: false } });
    expect(attemptsOf(id)).toEqual([1]);
  });
});

describe('an approval', () => {
  it('is waited for, shown, and lets the call run once it is given', async () => {
    const id = newId();
    await decide(waits(id));
    const shown = { id: approvalId, expiresAt: '2026-11-22T00:00:00.000Z', url: `/api/approvals/${approvalId}` };
    expect(await recordOf(id)).toMatchObject({ status: 'awaiting_approval', attempts: 0, approval: { ...shown, status: 'pending' } });
    expect(attemptsOf(id)).toEqual([]);
    const turn = given(id);
    await decide(turn, turn);
    await decide(turn);
    expect(new Set(attemptsOf(id))).toEqual(new Set([1]));
    expect(await recordOf(id)).toMatchObject({ status: 'running', approval: { ...shown, status: 'approved' } });
  });

  it.each(['APPROVAL_DENIED', 'APPROVAL_EXPIRED', 'APPROVAL_VOID'] as const)('that ends as %s ends the execution, which names its approval', async (code) => {
    const id = newId();
    await decide(waits(id), taken(id, code));
    expect(failuresOf(id)).toEqual([code]);
    expect(about(id, service.published(ToolExecutionFailed))[0]?.data.approvalId).toBe(approvalId);
    expect(attemptsOf(id)).toEqual([]);
  });

  it('ends the same whatever the order in which its turns come', async () => {
    const orders: readonly (readonly ('first' | 'given' | 'taken')[])[] = [['first', 'given'], ['given', 'first'], ['first', 'taken'], ['taken', 'first'], ['taken', 'given', 'first'], ['first', 'taken', 'given']];
    for (const order of orders) {
      const id = newId();
      const turns = { first: waits(id), given: given(id), taken: taken(id, 'APPROVAL_DENIED') };
      for (const turn of [...order, ...order]) await decide(turns[turn]);
      const ran = !order.includes('taken');
      expect([order, new Set(attemptsOf(id)).size, failuresOf(id)]).toEqual([order, ran ? 1 : 0, ran ? [] : ['APPROVAL_DENIED']]);
    }
  });

  it.each<[string, Partial<Decision['data']>]>([
    ['other arguments', { input: { text: 'other' }, inputDigest: digest({ text: 'other' }) }],
    ['arguments that are not those of its digest', { input: { text: 'other' } }],
    ['another version', { tool: { ...(decided(newId()).data.tool as NonNullable<Decision['data']['tool']>), version: '9.9.9' } }],
    ['another approval', { approval: { ...approval('approved'), id: newId() } }],
    ['no approval at all', { approval: null }],
    ['one that still waits', { approval: approval('pending') }],
  ])('does not cover %s', async (_title, forged) => {
    const id = newId();
    await decide(waits(id), given(id, forged));
    expect(attemptsOf(id)).toEqual([]);
    expect(failuresOf(id)).toEqual(['APPROVAL_VOID']);
  });

  it('ends with the deadline of its execution', async () => {
    const id = newId();
    await decide(waits(id, { deadline: '2020-01-01T00:00:00.000Z' }));
    await service.get(Sweep).run().catch(() => 0);
    await eventually(() => expect(failuresOf(id)).toEqual(['EXPIRED']));
    expect(about(id, service.published(ToolExecutionFailed))[0]?.data.approvalId).toBe(approvalId);
    await decide(given(id));
    expect(attemptsOf(id)).toEqual([]);
  });
});

describe('a decision that is said again to a log that was made anew', () => {
  it('lets run what nobody had heard of, and hands nothing on once more that runs already', async () => {
    const [unknown, running, waiting] = [newId(), newId(), newId()];
    const first = decided(running);
    await decide(first, waits(waiting));
    service.publisher.clear();
    const again = (event: Decision): Decision => ({ ...event, data: { ...event.data, saidAgain: true } });
    await decide(...[decided(unknown), first, given(waiting)].map(again));
    expect([unknown, running, waiting].map(attemptsOf)).toEqual([[1], [], [1]]);
  });
});
