import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { AUDIT, COMPLETED, of, REQUESTED, requestEvent, terminal, type System } from '../support/system.js';

const EXECUTE = '/api/tools/delete_everything/execute';

/** What people and operators have to say about calls, from outside. */
export function describeApprovals(system: System): void {
  describe('an approval', () => {
    let approver: Api;
    beforeAll(async () => {
      const { status, body } = await system.api.post('/api/tenants/demo/keys', { name: `e2e approver ${Date.now()}`, type: 'user', roles: ['approver'] });
      expect(status).toBe(201);
      approver = new Api(system.ready.url, body.key as string);
    });
    afterAll(() => (approver as Api | undefined)?.close());

    const approvalOf = async (executionId: string): Promise<{ id: string; status: string; payload: unknown }> => {
      let found: { id: string; status: string; payload: unknown } | undefined;
      await eventually(async () => {
        const { items } = (await approver.get(`/api/approvals?executionId=${executionId}`)).body as { items: (typeof found)[] };
        [found] = items;
        return found !== undefined;
      });
      if (!found) throw new Error('unreachable: it was just found');
      return found;
    };

    it('is asked for over HTTP, ends the wait early, is not the requester’s to give, and lets the call run once', async () => {
      const begun = performance.now();
      const asked = await system.api.post(EXECUTE, { payload: { reason: 'e2e' } }, { prefer: 'wait=30' });
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(asked).toMatchObject({ status: 202, body: { status: 'awaiting_approval', approval: { status: 'pending' } } });
      const { id: executionId, approval } = asked.body as { id: string; approval: { id: string; url: string } };
      expect((await approver.get(approval.url)).body).toMatchObject({ executionId, status: 'pending', payload: { reason: 'e2e' } });

      expect(await system.api.post(`${approval.url}/approve`, {})).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect((await approver.post(`${approval.url}/approve`, { comment: 'go on' })).status).toBe(200);
      expect(await approver.post(`${approval.url}/deny`, {})).toMatchObject({ status: 409, body: { code: 'APPROVAL_DECIDED' } });

      expect(await terminal(system, executionId)).toMatchObject({ type: 'ToolExecutionCompleted', data: { attempts: 1, approvalId: approval.id } });
      expect((await system.api.get(`/api/tools/executions/${executionId}`)).body).toMatchObject({ status: 'succeeded', approval: { status: 'approved' } });
      await eventually(async () => (await approver.get(approval.url)).body.status === 'used');
      expect(of(system.log.seen(COMPLETED), executionId)).toHaveLength(1);
      await eventually(() => of(system.log.seen(AUDIT), executionId).some(({ data }) => data.kind === 'approval'));
    });

    it('that is denied is a failed execution, over the event log as over HTTP', async () => {
      const { value, executionId } = requestEvent({ tool: 'delete_everything', payload: { reason: 'e2e' } });
      await system.log.publish(REQUESTED, [value]);
      const { id } = await approvalOf(executionId);
      expect((await approver.post(`/api/approvals/${id}/deny`, { comment: 'not today' })).body).toMatchObject({ status: 'denied' });
      expect(await terminal(system, executionId)).toMatchObject({ type: 'ToolExecutionFailed', data: { attempts: 0, error: { code: 'APPROVAL_DENIED' } } });
      expect(of(system.log.seen(COMPLETED), executionId)).toEqual([]);
    });
  });

  describe('a kill switch', () => {
    it('takes effect soon after it was thrown, and again when it is released', async () => {
      const name = `e2e_stopped_${Date.now()}`;
      const tool = { name, description: 'Is stopped.', category: 'test', type: 'dummy', inputSchema: { type: 'object' }, dummy: {} };
      expect((await system.api.post('/api/tools', tool)).status).toBe(201);
      const run = async (): Promise<string> => {
        const { body } = await system.api.post(`/api/tools/${name}/execute`, { payload: {}, correlationId: randomUUID() }, { prefer: 'wait=10' });
        return (body.error as { code: string } | null)?.code ?? String(body.status);
      };
      await eventually(async () => (await run()) === 'succeeded');
      const switched = async (on: boolean, until: string): Promise<number> => {
        const begun = performance.now();
        expect((await system.api.call('PUT', `/api/kill-switches/tool/${name}`, { body: { on, reason: 'e2e' } })).status).toBe(200);
        await eventually(async () => (await run()) === until, { withinMs: 10_000 });
        return Math.round(performance.now() - begun);
      };
      const [thrown, released] = [await switched(true, 'KILL_SWITCH'), await switched(false, 'succeeded')];
      process.stdout.write(`kill switch: in effect ${thrown} ms after it was thrown, out of effect after ${released} ms\n`);
      expect(thrown).toBeLessThan(5_000);
    });
  });
}
