import { ToolExecutionCompleted, ToolExecutionFailed } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { digest } from '@toolplane/security/chain';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { approvalService, dangerous } from '../testing/approval-service.js';
import { sampleVersion, toolChanged } from '../testing/sample.js';
import { ApprovalSweep } from './approval-sweep.js';
import { ChangedTools } from './changed-tools.js';
import { OnToolExecutionCompleted } from './on-tool-execution-completed.js';
import { OnToolExecutionFailed } from './on-tool-execution-failed.js';

const { service, read, say, turnsOf, asked } = await approvalService();

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

  it('is not what a log looks like that has lost its definitions', async () => {
    const { id } = await asked();
    await service.database.query(`set session_replication_role = replica; update validation.approvals set tool_id = '${newId()}' where id = '${id}'; set session_replication_role = origin`);
    service.get(ChangedTools).all();
    expect(await service.get(ApprovalSweep).run()).toBe(0);
    expect(await say(id, 'approve')).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
    expect((await read(id)).status).toBe('pending');
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
