import { checkEvent, ToolExecutionDecided } from '@toolplane/contracts/events';
import type { Approval } from '@toolplane/contracts/http';
import { deriveEventId, newId } from '@toolplane/contracts/ids';
import { digest } from '@toolplane/security/chain';
import { isSealed } from '@toolplane/security/sealing';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { approvalService, DANGEROUS_ID, dangerous, person, type ApprovalBody } from '../testing/approval-service.js';
import { toolChanged } from '../testing/sample.js';

const { service, read, say, turnsOf, asked } = await approvalService();

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
    const decide = (as: object) => service.http<ApprovalBody>({ method: 'POST', url: `/api/approvals/${id}/approve`, body: {}, as });
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
      const [foreign, unknown] = await Promise.all([url, url.replace(id, newId())].map((each) => service.http<ApprovalBody>({ method, url: each, as })));
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
    expect((await list(`executionId=${first.executionId}&tool=delete_everything&tool=${DANGEROUS_ID}`)).items.map(({ id }) => id)).toEqual([first.id]);
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
