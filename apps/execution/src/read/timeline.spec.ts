import { RULE_NAMES, RULE_SET_WITHOUT_AGENT, ToolExecutionCompleted, ToolExecutionDecided, ToolInvocationReported } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import type { DecisionPage, ExecutionEvent, Problem } from '@toolplane/contracts/http';
import { deriveEventId, newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from '../dispatch/on-tool-execution-decided.js';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';
import { OnToolInvocationReported } from '../settle/on-tool-invocation-reported.js';

type Page = Problem & { readonly items: readonly (ExecutionEvent & { readonly data: { rules?: readonly { rule: string; verdict: string }[] } })[]; readonly next: string | null };
const service = testService(ExecutionModule, { definition: executionConfig, database: { service: 'execution', migrations: executionMigrations } });

const decision = (executionId: string, overrides = {}, envelope = {}) => ({
  ...golden(ToolExecutionDecided, { executionId, outcome: 'allowed', ruleSet: RULE_SET_WITHOUT_AGENT, rules: [], ...overrides }),
  id: deriveEventId('demo', executionId, 'decided'), tenantid: 'demo', ...envelope,
});
const report = (executionId: string, attempt: number, overrides = {}) =>
  ({ ...golden(ToolInvocationReported, { executionId, attempt, status: 'succeeded', output: { text: 'hi' }, ...overrides }), id: newId(), tenantid: 'demo' });
const timeline = (id: string, query = '', as = {}) => service.http<Page>({ method: 'GET', url: `/api/tools/executions/${id}/events${query}`, as });
const typesOf = ({ items }: Page) => items.map(({ type, data }) => [type.replace('ToolExecution', ''), data['outcome'] ?? data['kind'] ?? data['status'] ?? null]);

describe('the timeline of an execution', () => {
  it('tells of the request, the decision rule by rule, and the end', async () => {
    const id = newId();
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    await service.deliver(OnToolInvocationReported, [report(id, 1)]);
    const { status, body } = await timeline(id);
    expect([status, body.next]).toEqual([200, null]);
    expect(typesOf(body)).toEqual([['Requested', null], ['Decided', 'allowed'], ['Completed', 'succeeded']]);
    const [, decided, completed] = body.items;
    expect(decided?.data.rules?.map(({ rule }) => rule)).toEqual(RULE_NAMES);
    expect(decided?.data.rules?.map(({ verdict }) => verdict[0]).join('')).toBe('pppppsssspsp');
    const published = service.published(ToolExecutionCompleted).find(({ subject }) => subject === id);
    expect(completed).toMatchObject({ id: published?.id, time: published?.time, data: published?.data });
  });

  it('tells once of everything out of the ordinary, in its order, what came too late included', async () => {
    const id = newId();
    const reports = [report(id, 1, { status: 'not_started', output: undefined }), report(id, 1), report(id, 2)];
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    for (const each of reports) await service.deliver(OnToolInvocationReported, [each]);
    await service.deliver(OnToolInvocationReported, reports);
    const { body } = await timeline(id);
    expect(typesOf(body).slice(2)).toEqual(expect.arrayContaining([['Progressed', 'retry_scheduled'], ['Progressed', 'late_report'], ['Completed', 'succeeded']]));
    expect(new Set(body.items.map((event) => event.id)).size).toBe(body.items.length);
  });

  it('shows every turn of an approval, the first decision first', async () => {
    const id = newId();
    const approval = { id: newId(), decision: 'pending', by: null, comment: null };
    const requested = decision(id, { outcome: 'approval_required', approval, rules: [{ rule: 'approval', verdict: 'skipped', reason: 'the call waits for an approval' }] });
    const denied = decision(
      id, { outcome: 'rejected', error: { ...wireError('APPROVAL_DENIED'), errors: [] }, approval: { ...approval, decision: 'denied', by: 'eve' }, rules: [] },
      { id: deriveEventId('demo', id, `decided:${approval.id}:1`) },
    );
    await service.deliver(OnToolExecutionDecided, [requested]);
    await service.deliver(OnToolExecutionDecided, [denied]);
    await service.deliver(OnToolExecutionDecided, [denied]);
    const { body } = await timeline(id);
    expect(typesOf(body)).toEqual([['Requested', null], ['Decided', 'approval_required'], ['Decided', 'rejected'], ['Failed', 'failed']]);
    expect(body.items.map(({ data }) => (data['approval'] as { decision: string } | undefined)?.decision ?? null)).toEqual([null, 'pending', 'denied', null]);
  });

  it('is read page by page, and by its tenant alone', async () => {
    const id = newId();
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    const first = (await timeline(id, '?limit=1')).body;
    const second = (await timeline(id, `?limit=1&cursor=${first.next}`)).body;
    expect([typesOf(first), typesOf(second), second.next]).toEqual([[['Requested', null]], [['Decided', 'allowed']], null]);
    const [foreign, unknown, malformed] = await Promise.all([timeline(id, '', { tenantId: 'acme' }), timeline(newId()), timeline('x')]);
    expect([foreign.status, unknown.status, malformed.status]).toEqual([404, 404, 404]);
    expect(foreign.body).toEqual({ ...unknown.body, traceId: foreign.body.traceId });
  });
});

describe('past decisions', () => {
  const read = (query: string, as = {}) => service.http<DecisionPage & Problem>({ method: 'GET', url: `/internal/decisions?${query}`, as: { roles: ['builder'], ...as } });

  it('are read oldest first, only the last ones, page by page', async () => {
    const agent = `agent-${newId()}`;
    const ids = [1, 2, 3, 4].map(() => newId());
    const events = ids.map((id, index) => decision(id, { agent, requestedAt: `2026-11-20T10:00:0${index}.000Z` }));
    await service.deliver(OnToolExecutionDecided, events);
    const { status, body } = await read(`agent=${agent}&last=3&limit=2`);
    expect(status).toBe(200);
    expect(body.items.map(({ executionId }) => executionId)).toEqual(ids.slice(1, 3));
    expect(body.items[0]).toMatchObject({ agent, outcome: 'allowed', ruleSet: RULE_SET_WITHOUT_AGENT, input: events[1]?.data.input });
    const rest = await read(`agent=${agent}&last=3&limit=2&cursor=${body.next}`);
    expect([rest.body.items.map(({ executionId }) => executionId), rest.body.next]).toEqual([ids.slice(3), null]);
    expect((await read(`agent=${agent}&last=10000&limit=200`)).body.items).toHaveLength(4);
  });

  it.each([['last=10001', {}, 400], ['', { roles: ['viewer'] }, 403]])('are refused: %s %j', async (query, as, status) => {
    expect((await read(query, as)).status).toBe(status);
  });
});
