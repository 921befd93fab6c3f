import { checkEvent, ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionFailed, ToolExecutionRequested, type EventOf } from '@toolplane/contracts/events';
import type { Approval, Problem } from '@toolplane/contracts/http';
import { deriveEventId, newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { digest } from '@toolplane/security/chain';
import { isSealed } from '@toolplane/security/sealing';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionRequested } from '../decide/on-tool-execution-requested.js';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { ProjectionState } from '../projection/projection-state.js';
import { sampleVersion, tenantChanged, toolChanged } from '../testing/sample.js';
import { sealingKeysFile } from '../testing/sealing-keys-file.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';
import { ApprovalSweep } from './approval-sweep.js';
import { OnToolExecutionCompleted } from './on-tool-execution-completed.js';
import { OnToolExecutionFailed } from './on-tool-execution-failed.js';

const TOOL_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e30';
const dangerous = { id: TOOL_ID, name: 'delete_everything', isDangerous: true };
const COMPLETE = { provide: ProjectionState, useValue: { isComplete: true, mustBeComplete: () => undefined } };
type Body = Approval & Pick<Problem, 'code'>;

const service = testService(ValidationModule, {
  definition: validationConfig, database: { service: 'validation', migrations: validationMigrations }, fakes: [COMPLETE],
  env: { APPROVAL_SWEEP_EVERY_MS: '600000', SEALING_KEYS_FILE: await sealingKeysFile() },
});
const person = (id: string, roles = ['approver']) => ({ principal: { type: 'user' as const, id }, roles });
const read = async (id: string) => (await service.http<Body>({ method: 'GET', url: `/api/approvals/${id}` })).body;
const say = (id: string, what: 'approve' | 'deny', by = 'bob', body: unknown = { comment: 'seen' }) =>
  service.http<Body>({ method: 'POST', url: `/api/approvals/${id}/${what}`, body, as: person(by) });
const turnsOf = (executionId: string) =>
  eventually(() => {
    const turns = service.published(ToolExecutionDecided).filter(({ data }) => data.executionId === executionId && data.approval?.decision !== 'pending');
    expect(turns.length).toBeGreaterThan(0);
    return turns;
  });

/** Asks for a dangerous call and gives its first decision. */
async function asked(data: Partial<EventOf<typeof ToolExecutionRequested>['data']> = {}, envelope = {}) {
  const event = { ...golden(ToolExecutionRequested), id: newId(), data: { tool: 'delete_everything', payload: { text: 'all' }, ...data }, ...envelope };
  await service.deliver(OnToolExecutionRequested, [event]);
  const first = service.published(ToolExecutionDecided).find(({ causationid }) => causationid === event.id);
  if (!first?.data.approval) throw new Error('no approval was asked for');
  return { id: first.data.approval.id, executionId: first.data.executionId, first, event };
}

beforeEach(async () => {
  service.publisher.clear();
  await service.deliver(OnToolRegistryChanged, [tenantChanged('demo'), tenantChanged('acme'), ...toolChanged(dangerous, [{ version: '1.0.0' }])]);
  await service.get(ApprovalSweep).run();
});

describe('an approval', () => {
  it('is asked for with the decision, and shows whoever decides all but what is sensitive', async () => {
    const { id, executionId, first } = await asked({ payload: { text: 'all', key: 's3cret', password: 'x' }, actor: { type: 'user', id: 'carol' }, sessionId: 's1' });
    expect(first.data).toMatchObject({ outcome: 'approval_required', approval: { decision: 'pending', by: null, comment: null } });
    expect(isSealed(first.data.input.key)).toBe(true);
    expect(first.data.inputDigest).toBe(digest(first.data.input));
    const shown = await read(id);
    expect(shown).toMatchObject({
      id, executionId, status: 'pending', toolName: 'delete_everything', toolVersion: '1.0.0', requestedBy: { type: 'ingress', id: 'open' },
      actor: { type: 'user', id: 'carol' }, sessionId: 's1', payload: { text: 'all', key: '[redacted]', password: '[redacted]' }, payloadDigest: first.data.inputDigest,
      required: 1, decisions: [], lastApproved: null, expiresAt: first.data.approval?.expiresAt,
    });
    expect(shown.redactions.map(({ pointer }) => pointer).sort()).toEqual(['/key', '/password']);
    expect(Math.abs(Date.parse(shown.expiresAt) - Date.parse(shown.createdAt) - 86_400_000)).toBeLessThan(2);
  });

  it('that is given lets exactly what was asked for run, by an event under an id of its own', async () => {
    const { id, executionId, first } = await asked();
    const { status, body } = await say(id, 'approve');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'approved', decisions: [{ by: 'bob', decision: 'approved', comment: 'seen' }] });
    const [turn] = await turnsOf(executionId);
    const { rules, ...rest } = first.data;
    expect(turn).toMatchObject({ id: deriveEventId('demo', executionId, `decided:${id}:approved`), causationid: first.id });
    expect(turn?.data).toEqual({
      ...rest, outcome: 'allowed', rules: rules.filter(({ rule }) => rule !== 'approval'), approval: { ...first.data.approval, decision: 'approved', by: 'bob', comment: 'seen' },
    });
    expect(checkEvent(ToolExecutionDecided, turn?.data)).toBeNull();
  });

  it('that is denied ends the wait, with the comment', async () => {
    const { id, executionId } = await asked();
    expect((await say(id, 'deny', 'bob', { comment: 'not today' })).body).toMatchObject({ status: 'denied' });
    const [turn] = await turnsOf(executionId);
    expect(turn?.data).toMatchObject({ outcome: 'rejected', error: { code: 'APPROVAL_DENIED', message: 'the approval was denied: not today' }, approval: { decision: 'denied', by: 'bob' } });
    expect(turn?.data.rules).toContainEqual({ rule: 'approval', verdict: 'fail', code: 'APPROVAL_DENIED', reason: 'the approval was denied' });
    expect(checkEvent(ToolExecutionDecided, turn?.data)).toBeNull();
  });

  it('is compared with the last one that was given for the tool', async () => {
    const before = await asked({ payload: { text: 'before', key: 's3cret' } });
    await say(before.id, 'approve');
    const { id } = await asked({ payload: { text: 'now' } });
    expect((await read(id)).lastApproved).toEqual({ executionId: before.executionId, payload: { text: 'before', key: '[redacted]' } });
  });

  it('is not decided by anything but a person who may', async () => {
    const { id } = await asked();
    const decide = (as: object) => service.http<Body>({ method: 'POST', url: `/api/approvals/${id}/approve`, body: {}, as });
    expect((await decide({ principal: { type: 'service', id: 'robot' }, roles: ['approver'] })).status).toBe(403);
    expect((await decide({ principal: { type: 'agent', id: 'robot' }, roles: ['tenant-admin'], agent: 'analysis' })).status).toBe(403);
    expect((await decide(person('bob', ['operator']))).status).toBe(403);
    expect(await read(id)).toMatchObject({ status: 'pending', decisions: [] });
  });

  it('of another tenant does not exist', async () => {
    const { id } = await asked();
    for (const url of [`/api/approvals/${id}`, `/api/approvals/${id}/approve`]) {
      const as = { ...person('bob', ['tenant-admin']), tenantId: 'acme' };
      const method = url.endsWith('approve') ? ('POST' as const) : ('GET' as const);
      const [foreign, unknown] = await Promise.all([url, url.replace(id, newId())].map((each) => service.http<Body>({ method, url: each, as })));
      expect(foreign?.status).toBe(404);
      expect({ ...foreign?.body, traceId: '' }).toEqual({ ...unknown?.body, traceId: '' });
    }
  });

  it('counts once for each person and one answer only', async () => {
    const { id } = await asked();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => say(id, i % 2 === 0 ? 'approve' : 'deny', `person-${i}`)));
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'APPROVAL_DECIDED')).toHaveLength(9);
    expect((await read(id)).decisions).toHaveLength(1);
  });

  it('is listed newest first, filtered, page by page', async () => {
    const first = await asked({ sessionId: 'list' });
    const second = await asked({ sessionId: 'list' });
    await say(second.id, 'deny');
    const list = async (query: string) =>
      (await service.http<{ items: Approval[]; next: string | null }>({ method: 'GET', url: `/api/approvals?${query}` })).body;
    const page = await list('limit=1');
    expect([...page.items, ...(await list(`limit=1&cursor=${page.next}`)).items].map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await list('status=denied&status=expired&limit=1')).items[0]?.id).toBe(second.id);
    expect((await list(`executionId=${first.executionId}&tool=delete_everything&tool=${TOOL_ID}`)).items.map(({ id }) => id)).toEqual([first.id]);
    expect((await list('agent=nobody')).items).toEqual([]);
    for (const query of ['status=open', 'executionId=x', 'nonsense=1', 'cursor=x']) {
      expect((await service.http({ method: 'GET', url: `/api/approvals?${query}` })).status).toBe(400);
    }
  });
});

describe('whoever asked', () => {
  it('does not decide, nor whom it was asked for', async () => {
    const { id } = await asked({ actor: { type: 'user', id: 'carol' } });
    for (const by of ['open', 'carol']) expect(await say(id, 'approve', by)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await say(id, 'approve')).status).toBe(200);
  });

  it('is refused by the database, whatever the code says: and so is who decides twice, or too few', async () => {
    const { id } = await asked({ actor: { type: 'user', id: 'carol' } });
    const insert = (by: string, requester = 'open', other = 'carol') =>
      service.database.database.asTenant('demo', (tx) => tx.query(
        `insert into validation.approval_decisions (tenant_id, approval_id, by_id, requester, on_behalf_of, decision) values ('demo', $1, $2, $3, $4, 'approved')`,
        [id, by, requester, other]));
    await expect(insert('open')).rejects.toMatchObject({ constraint: 'approval_decisions_not_by_requester' });
    await expect(insert('carol')).rejects.toMatchObject({ constraint: 'approval_decisions_not_by_requester' });
    // Lying about who asked does not help.
    await expect(insert('open', 'somebody', 'else')).rejects.toMatchObject({ code: '23503' });
    const approve = () => service.database.database.asTenant('demo', (tx) => tx.query(`update validation.approvals set status = 'approved', approved_at = now() where id = $1`, [id]));
    await expect(approve()).rejects.toThrow(/as many as it needs/);
    await insert('bob');
    await expect(insert('bob')).rejects.toMatchObject({ code: '23505' });
  });
});

describe('an approval that several people must give', () => {
  beforeEach(() => service.deliver(OnToolRegistryChanged, toolChanged({ ...dangerous, approval: { required: 2, expiresAfterMs: 60_000 } })));

  it('is given by the last of them, and nobody counts twice', async () => {
    const { id, executionId } = await asked();
    expect((await say(id, 'approve', 'bob')).body).toMatchObject({ status: 'pending', required: 2 });
    expect(await say(id, 'approve', 'bob')).toMatchObject({ status: 409, body: { code: 'APPROVAL_DECIDED' } });
    expect((await say(id, 'approve', 'dora')).body).toMatchObject({ status: 'approved', decisions: [{ by: 'bob' }, { by: 'dora' }] });
    expect(await turnsOf(executionId)).toHaveLength(1);
  });

  it('is denied by one', async () => {
    const { id } = await asked();
    await say(id, 'approve', 'bob');
    expect((await say(id, 'deny', 'dora')).body.status).toBe('denied');
  });
});

describe('an approval that nobody gave in time', () => {
  const overdue = (id: string) => service.database.query('update validation.approvals set expires_at = now() where id = $1', [id]);

  it('expires, once, and says so', async () => {
    const { id, executionId } = await asked();
    await overdue(id);
    const rounds = await Promise.all([1, 2, 3].map(() => service.get(ApprovalSweep).run()));
    expect(rounds.reduce((sum, each) => sum + each)).toBe(1);
    expect((await read(id)).status).toBe('expired');
    const [turn, ...more] = await turnsOf(executionId);
    expect(turn?.data).toMatchObject({ outcome: 'rejected', error: { code: 'APPROVAL_EXPIRED' }, approval: { decision: 'expired', by: null } });
    expect(more).toEqual([]);
  });

  it('cannot be given any more, even before anybody has noticed', async () => {
    const { id, executionId } = await asked();
    await overdue(id);
    expect(await say(id, 'approve')).toMatchObject({ status: 409, body: { code: 'APPROVAL_DECIDED' } });
    expect(await read(id)).toMatchObject({ status: 'expired', decisions: [] });
    expect((await turnsOf(executionId))[0]?.data.error?.code).toBe('APPROVAL_EXPIRED');
  });
});

describe('a change of the tool', () => {
  beforeEach(() => service.database.query('truncate validation.approvals cascade'));
  const change = (tool = {}, version = {}) =>
    service.deliver(OnToolRegistryChanged, toolChanged({ ...dangerous, currentVersion: '1.1.0', ...tool }, [{ version: '1.1.0', ...version }]));

  it.each<[string, object, object]>([
    ['of what the worker is told', {}, { spec: { delayMs: 5 } }],
    ['of its input', {}, { inputSchema: { type: 'object' } }],
    ['of its authentication', { auth: { type: 'api_key', in: 'header', name: 'X-Key', secretRef: 'k' } }, {}],
    ['of a property called like a text', {}, { inputSchema: { ...sampleVersion().inputSchema as object, properties: { description: { type: 'string' } } } }],
    ['that takes it away', { deleted: true }, {}],
  ])('%s makes what waits and what was given void', async (_title, tool, version) => {
    const waiting = await asked();
    const given = await asked();
    await say(given.id, 'approve');
    await change(tool, version);
    expect(await service.get(ApprovalSweep).run()).toBe(2);
    for (const { id, executionId } of [waiting, given]) {
      expect((await read(id)).status).toBe('void');
      expect((await turnsOf(executionId)).at(-1)?.data).toMatchObject({ outcome: 'rejected', error: { code: 'APPROVAL_VOID' }, approval: { decision: 'void' } });
    }
  });

  it('is noticed by whoever approves, before the sweep', async () => {
    const { id } = await asked();
    await change({}, { spec: { delayMs: 5 } });
    expect((await say(id, 'approve')).status).toBe(409);
    expect((await read(id)).status).toBe('void');
  });

  it('of texts and flags leaves it as it is', async () => {
    const { id } = await asked();
    const { inputSchema } = sampleVersion();
    await change({ enabled: false }, { description: 'Better words.', idempotent: false, inputSchema: { ...(inputSchema as object), title: 'Better' } });
    expect(await service.get(ApprovalSweep).run()).toBe(0);
    expect((await say(id, 'approve')).status).toBe(200);
  });
});

describe('the end of its execution', () => {
  const failed = (executionId: string, code: string, approvalId: string) => ({
    ...golden(ToolExecutionFailed, { executionId, approvalId }), id: newId(), tenantid: 'demo', code,
  });

  it('makes what still waits void, and says so once', async () => {
    const { id, executionId } = await asked();
    const event = failed(executionId, 'EXPIRED', id);
    await service.deliver(OnToolExecutionFailed, [event, event]);
    await service.deliver(OnToolExecutionFailed, [event]);
    expect((await read(id)).status).toBe('void');
    expect(await turnsOf(executionId)).toHaveLength(1);
    expect((await say(id, 'approve')).status).toBe(409);
  });

  it('uses up what was given', async () => {
    const [good, bad] = [await asked(), await asked()];
    for (const { id } of [good, bad]) await say(id, 'approve');
    await service.deliver(OnToolExecutionCompleted, [{ ...golden(ToolExecutionCompleted, { executionId: good.executionId, approvalId: good.id }), tenantid: 'demo' }]);
    await service.deliver(OnToolExecutionFailed, [failed(bad.executionId, 'UPSTREAM_REJECTED', bad.id)]);
    for (const { id } of [good, bad]) expect((await read(id)).status).toBe('used');
  });

  it('of another tenant’s execution of the same id does nothing', async () => {
    const { id, executionId } = await asked();
    await service.deliver(OnToolExecutionFailed, [{ ...failed(executionId, 'EXPIRED', id), tenantid: 'acme' }]);
    expect((await read(id)).status).toBe('pending');
  });
});

describe('what an approval is bound to', () => {
  it('cannot be changed in the database', async () => {
    const { id } = await asked();
    for (const change of [`payload_digest = 'x'`, `tool_version = '9.9.9'`, 'required = 5', `requester = 'nobody'`]) {
      await expect(service.database.query(`update validation.approvals set ${change} where id = $1`, [id])).rejects.toThrow(/bound to cannot be changed/);
    }
  });

  it('is its arguments: rewritten under it, they are not approved', async () => {
    const { id, executionId, first } = await asked();
    const rewritten = { ...first, data: { ...first.data, input: { text: 'something else' }, inputDigest: digest({ text: 'something else' }) } };
    await service.database.query('update validation.decisions set event = $1 where execution_id = $2', [JSON.stringify(rewritten), executionId]);
    expect((await say(id, 'approve')).status).toBe(409);
    expect((await read(id)).status).toBe('void');
  });

  it.each([['denied', 'approved'], ['expired', 'approved'], ['void', 'approved'], ['denied', 'pending']])('cannot go from %s to %s', async (from, to) => {
    const { id } = await asked();
    await service.database.query('update validation.approvals set status = $2, closed_at = now() where id = $1', [id, from]);
    await expect(service.database.query('update validation.approvals set status = $2 where id = $1', [id, to])).rejects.toThrow(/cannot go from/);
  });
});
