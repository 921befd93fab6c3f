import { checkEvent, ToolExecutionRequested } from '@toolplane/contracts/events';
import { AGENT, PERSON, refund, SERVICE, STRANGER, testPlaybook } from '../testing/test-playbook.js';
import { executionIdOf } from './calls.js';

const playbook = testPlaybook();
beforeEach(() => playbook.services.reset());

const statuses = (run: { steps: readonly { status: string }[] }): string => run.steps.map(({ status }) => status[0]).join('');

describe('a run', () => {
  it('keeps the playbook’s steps as they were when it began', async () => {
    const [{ id }, made] = [await playbook.exception(), await playbook.playbook()];
    const { status, body, headers } = await playbook.start(id, made.id);
    expect([status, headers.location]).toEqual([201, `/api/playbook-runs/${body.id}`]);
    expect(body).toMatchObject({ exceptionId: id, playbookId: made.id, playbookName: made.name, status: 'running', currentStep: 'look', startedBy: { type: 'user', id: 'ann' } });
    expect(statuses(body)).toBe('pppp');
    await playbook.http({ method: 'PUT', url: `/api/playbooks/${made.id}`, body: { name: made.name, steps: [refund.steps[0]] } });
    await playbook.http({ method: 'DELETE', url: `/api/playbooks/${made.id}` });
    expect((await playbook.run(body.id)).steps).toEqual(body.steps);
    expect((await playbook.start(id, made.id)).status).toBe(404);
  });

  it('requests a tool as the person who completes the step, with what is known by then', async () => {
    const run = await playbook.atCall();
    expect(statuses(run)).toBe('ccpp');
    const { body, status } = await playbook.step(run.id, 'call', 'complete', { as: { ...PERSON, ip: '192.0.2.7' } });
    const executionId = executionIdOf({ tenantId: 'demo', id: run.id }, 'call', 1);
    expect(status).toBe(200);
    expect(body.steps[2]).toMatchObject({ status: 'running', iteration: 1, executionId, by: { type: 'user', id: 'ann' }, startedAt: expect.any(String) as string, output: null });
    const [request] = await playbook.requests(run.id, 1);
    expect(checkEvent(ToolExecutionRequested, request?.data)).toBeNull();
    expect(request).toMatchObject({
      topic: 'tool.execution.requested.v1.playbook', source: '/toolplane/playbook', subject: executionId, tenantid: 'demo',
      data: {
        executionId, tool: 'echo', payload: { order: 'order-17', note: 'seen', choice: 'yes' }, requestedBy: { type: 'user', id: 'ann' }, ip: '192.0.2.7',
        actor: { type: 'playbook', id: run.id }, exceptionId: run.exceptionId, correlationId: run.id,
      },
    });
    expect(playbook.services.seen.filter(({ route }) => route === 'POST /internal/checks')).toMatchObject([{ body: { tool: 'echo', payload: { order: 'order-17' } } }]);
  });

  it('follows the execution: its output is the step’s, and the next step’s to use', async () => {
    const run = await playbook.atCall();
    const { body } = await playbook.step(run.id, 'call', 'complete');
    const executionId = body.steps[2]?.executionId ?? '';
    await playbook.ended(run, executionId, { output: { paid: 12 } });
    await playbook.ended(run, executionId, { output: { paid: 13 } });
    await playbook.ended(run, executionId, { code: 'PROVIDER_FAILED' });
    expect((await playbook.run(run.id)).steps[2]).toMatchObject({ status: 'completed', output: { paid: 12 }, error: null });
    const { body: done } = await playbook.step(run.id, 'close', 'complete', { body: { comment: 'told' } });
    expect(done).toMatchObject({ status: 'completed', currentStep: null, finishedAt: expect.any(String) as string });
    expect(done.steps[3]).toMatchObject({ output: { comment: 'told' }, comment: 'told' });
  });

  it('waits at a failed step until somebody retries it, with what is known then, or skips it', async () => {
    const run = await playbook.atCall();
    const { body } = await playbook.step(run.id, 'call', 'complete');
    const first = body.steps[2]?.executionId ?? '';
    await playbook.ended(run, first, { code: 'PROVIDER_FAILED' });
    expect((await playbook.run(run.id)).steps[2]).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_FAILED' }, output: null });
    expect((await playbook.step(run.id, 'call', 'complete')).status).toBe(409);
    await playbook.http({ method: 'PATCH', url: `/api/exceptions/${run.exceptionId}`, body: { attributes: { orderId: 'order-18' } } });
    const { body: again } = await playbook.step(run.id, 'call', 'retry');
    expect(again.steps[2]).toMatchObject({ status: 'running', iteration: 2, error: null });
    const requests = await playbook.requests(run.id, 2);
    expect(requests.map(({ data }) => data.payload['order'])).toEqual(['order-17', 'order-18']);
    expect(new Set(requests.map(({ data }) => data.executionId)).size).toBe(2);
    await playbook.ended(run, first, { output: 'too late' });
    expect((await playbook.run(run.id)).steps[2]).toMatchObject({ status: 'running' });
    await playbook.ended(run, again.steps[2]?.executionId ?? '', { code: 'PROVIDER_FAILED' });
    expect((await playbook.step(run.id, 'call', 'skip', { body: { comment: 'paid by hand' } })).body).toMatchObject({ currentStep: 'close' });
    expect(await playbook.database.query(`select iteration, status from playbook.steps where run_id = '${run.id}' and step_id = 'call' order by 1`)).toEqual([
      { iteration: 1, status: 'failed' }, { iteration: 2, status: 'skipped' },
    ]);
  });

  it('moves nothing where the payload needs what is not there, and says where it looked', async () => {
    const run = await playbook.atCall();
    await playbook.http({ method: 'PATCH', url: `/api/exceptions/${run.exceptionId}`, body: { attributes: {} } });
    const answer = await playbook.step(run.id, 'call', 'complete', { headers: { 'idempotency-key': `gap-${run.id}` } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'REQUEST_INPUT_INVALID', errors: [{ pointer: '/exception/attributes/orderId' }] } });
    expect(await playbook.run(run.id)).toEqual(run);
    await playbook.requests(run.id, 0);
    await playbook.http({ method: 'PATCH', url: `/api/exceptions/${run.exceptionId}`, body: { attributes: { orderId: 'x' } } });
    expect((await playbook.step(run.id, 'call', 'complete', { headers: { 'idempotency-key': `gap-${run.id}` } })).status).toBe(200);
  });

  it.each<[string, number, object, number, string]>([
    ['breaks the tool’s schema', 422, { code: 'REQUEST_INPUT_INVALID', detail: 'no', errors: [{ pointer: '/order', detail: 'must be integer' }] }, 422, 'REQUEST_INPUT_INVALID'],
    ['is for a tool that is gone', 404, { code: 'TOOL_NOT_FOUND', detail: 'no', errors: [] }, 404, 'TOOL_NOT_FOUND'],
    ['cannot be checked', 503, { code: 'NOT_READY', detail: 'no', errors: [] }, 503, 'DEPENDENCY_DOWN'],
  ])('moves nothing where the payload %s', async (_title, status, body, expected, code) => {
    const run = await playbook.atCall();
    playbook.services.on('POST /internal/checks', { status, body });
    expect(await playbook.step(run.id, 'call', 'complete')).toMatchObject({ status: expected, body: { code } });
    expect(await playbook.run(run.id)).toEqual(run);
    await playbook.requests(run.id, 0);
  });

  it('seals what the tool’s schema marks before it is written anywhere', async () => {
    const run = await playbook.atCall();
    playbook.services.on('POST /internal/checks', { status: 200, body: { toolId: 't', toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: ['/order'], output: [] } } });
    expect((await playbook.step(run.id, 'call', 'complete')).status).toBe(200);
    const [request] = await playbook.requests(run.id, 1);
    expect(request?.data.payload).toEqual({ order: { $sealed: expect.stringMatching(/^ey/) as string }, note: 'seen', choice: 'yes' });
  });

  it('is moved by one of two people who complete the same step at once; the other is told so', async () => {
    const run = await playbook.atCall();
    const answers = await Promise.all(['ann', 'bob', 'cid'].map((id) => playbook.step(run.id, 'call', 'complete', { as: { ...PERSON, principal: { type: 'user', id } } })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await playbook.requests(run.id, 1))[0]?.data.requestedBy?.id).toBe(answers.find(({ status }) => status === 200)?.body.steps[2]?.by?.id);
  });

  it('takes a repeated request under one key as one, for start, complete and retry', async () => {
    const [{ id }, { name }] = [await playbook.exception(), await playbook.playbook()];
    const key = { 'idempotency-key': `once-${id}` };
    const starts = await Promise.all([1, 2, 3].map(() => playbook.start(id, name, PERSON, key)));
    expect(new Set(starts.map(({ body }) => body.id)).size).toBe(1);
    expect(starts.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(2);
    const run = await playbook.atCall();
    const done = { headers: { 'idempotency-key': `done-${run.id}` } };
    const twice = [await playbook.step(run.id, 'call', 'complete', done), await playbook.step(run.id, 'call', 'complete', done)];
    expect(twice.map(({ status, headers }) => [status, headers['idempotent-replayed']])).toEqual([[200, undefined], [200, 'true']]);
    await playbook.requests(run.id, 1);
    expect(await playbook.step(run.id, 'call', 'complete', { ...done, body: { comment: 'other' } })).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await playbook.step(run.id, 'close', 'complete', done)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect((await playbook.step(run.id, 'call', 'complete', { headers: { 'idempotency-key': 'with space' } })).status).toBe(400);
    await playbook.database.query(`update playbook.idempotency_keys set created_at = now() - interval '25 hours' where key = 'done-${run.id}'`);
    expect((await playbook.step(run.id, 'call', 'complete', done)).status).toBe(409);
  });

  it.each([['service', SERVICE], ['agent', AGENT]] as const)('is not moved by the key of a %s, whatever its roles', async (_what, as) => {
    const run = await playbook.atCall();
    for (const what of ['complete', 'retry', 'skip'] as const) {
      expect(await playbook.step(run.id, 'call', what, { as })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
    expect(await playbook.run(run.id)).toEqual(run);
    await playbook.requests(run.id, 0);
  });

  it('may be begun by a service, which calls nothing', async () => {
    const [{ id }, { name }] = [await playbook.exception(), await playbook.playbook({ steps: [{ ...refund.steps[2], payload: {} } as never] })];
    const { status, body } = await playbook.start(id, name, SERVICE);
    expect([status, statuses(body)]).toEqual([201, 'p']);
    await playbook.requests(body.id, 0);
  });

  it('ends at once when it is cancelled; the outcome of its running call is kept', async () => {
    const run = await playbook.atCall();
    const { body } = await playbook.step(run.id, 'call', 'complete');
    const executionId = body.steps[2]?.executionId ?? '';
    playbook.services.on(`POST /api/tools/executions/${executionId}/cancel`, { status: 202, body: {} });
    const cancelled = await playbook.http<{ detail: string }>({ method: 'POST', url: `/api/playbook-runs/${run.id}/cancel`, as: PERSON });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', currentStep: null, detail: 'its running call was asked to end' } });
    await playbook.ended(run, executionId, { output: 'done all the same' });
    expect(await playbook.run(run.id)).toMatchObject({ status: 'cancelled', steps: [{}, {}, { status: 'completed', output: 'done all the same' }, { status: 'skipped' }] });
    expect((await playbook.http({ method: 'POST', url: `/api/playbook-runs/${run.id}/cancel`, as: PERSON })).status).toBe(409);
    expect((await playbook.step(run.id, 'close', 'complete')).status).toBe(409);
  });

  it('says so when its call cannot be asked to end', async () => {
    const run = await playbook.atCall();
    await playbook.step(run.id, 'call', 'complete');
    const { body } = await playbook.http<{ detail: string }>({ method: 'POST', url: `/api/playbook-runs/${run.id}/cancel`, as: PERSON });
    expect(body.detail).toMatch(/it goes on/);
  });

  it('of another tenant answers exactly as one that is not there', async () => {
    const run = await playbook.atCall();
    const nobody = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8eff';
    const ask = async (id: string) => [
      await playbook.http({ method: 'GET', url: `/api/playbook-runs/${id}`, as: STRANGER }),
      await playbook.http({ method: 'POST', url: `/api/playbook-runs/${id}/cancel`, as: STRANGER }),
      await playbook.step(id, 'call', 'complete', { as: STRANGER }),
      await playbook.http({ method: 'GET', url: `/api/playbook-runs?exceptionId=${id}`, as: STRANGER }),
    ].map(({ status, body }) => [status, { ...body, traceId: null }]);
    expect(await ask(run.id)).toEqual(await ask(nobody));
    await playbook.ended(run, executionIdOf(run, 'call', 1), { output: 1 }, 'acme');
    expect(await playbook.run(run.id)).toEqual(run);
  });

  it('begins for no closed exception, and for none of another tenant’s playbooks', async () => {
    const [closed, { name }] = [await playbook.exception(PERSON, { status: 'closed' }), await playbook.playbook()];
    expect(await playbook.start(closed.id, name)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    const [theirs, { id }] = [await playbook.playbook({}, STRANGER), await playbook.exception()];
    expect((await playbook.start(id, theirs.id)).status).toBe(404);
    expect((await playbook.start(id, theirs.name)).status).toBe(404);
    expect((await playbook.start(theirs.id, name)).status).toBe(404);
    expect((await playbook.start(id, name, { ...PERSON, roles: ['viewer'] })).status).toBe(403);
  });

  it('is listed by exception, playbook and status, newest first, page by page', async () => {
    const [{ id }, { name, id: playbookId }] = [await playbook.exception(), await playbook.playbook()];
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift((await playbook.start(id, name)).body.id);
    const list = (query: string) => playbook.http<{ items: { id: string }[]; next: string | null }>({ method: 'GET', url: `/api/playbook-runs?${query}`, as: PERSON });
    const first = await list(`exceptionId=${id}&limit=2`);
    const rest = await list(`exceptionId=${id}&limit=2&cursor=${first.body.next}`);
    expect([...first.body.items, ...rest.body.items].map((run) => run.id)).toEqual(ids);
    expect(rest.body.next).toBeNull();
    for (const query of [`playbook=${name}`, `playbook=${playbookId}`, `exceptionId=${id}&status=running`]) expect((await list(query)).body.items).toHaveLength(3);
    expect((await list(`exceptionId=${id.toUpperCase()}&exceptionId=no-id`)).body.items).toHaveLength(3);
    for (const query of [`exceptionId=${id}&status=completed`, 'exceptionId=no-id', 'playbook=nothing']) expect((await list(query)).body.items).toEqual([]);
  });
});
