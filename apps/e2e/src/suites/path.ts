import { AUDIT, COMPLETED, FAILED, REQUESTED, of, requestEvent, terminal, type System } from '../support/system.js';
import { eventually } from '../support/eventually.js';

/** The line of the README, byte for byte, and the execution it promises. */
const PROMISED_LINE =
  '{"specversion":"1.0","id":"order-17","source":"/orders","type":"ToolExecutionRequested","tenantid":"demo","data":{"tool":"echo","payload":{"text":"hi"},"actor":{"type":"service","id":"orders"}}}';
const PROMISED_EXECUTION = '0910f337-bcfe-5d40-bebe-04bd023aed9b';

export function describePath(system: System): void {
  describe('a request on the event log', () => {
    it('of the one promised line becomes the promised execution, completed and recorded', async () => {
      const { log, api } = system;
      await log.publish(REQUESTED, [PROMISED_LINE]);
      const event = await terminal(system, PROMISED_EXECUTION);
      expect(event).toMatchObject({
        type: 'ToolExecutionCompleted',
        tenantid: 'demo',
        data: {
          executionId: PROMISED_EXECUTION,
          request: { source: '/orders', id: 'order-17' },
          toolName: 'echo',
          status: 'succeeded',
          output: { text: 'hi' },
          actor: { type: 'service', id: 'orders' },
          error: null,
          attempts: 1,
        },
      });
      await eventually(() => of(log.seen(AUDIT), PROMISED_EXECUTION).length >= 2);
      expect(
        of(log.seen(AUDIT), PROMISED_EXECUTION)
          .map(({ data }) => data.kind)
          .sort(),
      ).toEqual(['decision', 'outcome']);
      const { status, body } = await api.get(`/api/tools/executions/${PROMISED_EXECUTION}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'succeeded', output: { text: 'hi' }, toolName: 'echo' });
    });

    it('that is sent again with the same content is the same execution', async () => {
      const { log } = system;
      const { value, executionId } = requestEvent();
      await log.publish(REQUESTED, [value, value]);
      await terminal(system, executionId);
      await log.publish(REQUESTED, [value]);
      const next = requestEvent();
      await log.publish(REQUESTED, [next.value]);
      await terminal(system, next.executionId);
      expect(new Set(of(log.seen(COMPLETED), executionId).map(({ id }) => id)).size).toBe(1);
      expect(of(log.seen(FAILED), executionId)).toEqual([]);
    });

    it('for a tool that fails becomes a Failed event with code and remedy', async () => {
      const { value, executionId } = requestEvent({ tool: 'always_fails', payload: {} });
      await system.log.publish(REQUESTED, [value]);
      const event = await terminal(system, executionId);
      expect(event).toMatchObject({ type: 'ToolExecutionFailed', data: { status: 'failed', error: { code: 'PROVIDER_FAILED' } } });
      expect(event.data.error?.remedy).toBeTruthy();
    });

    it('for an HTTP tool reaches the sandbox server', async () => {
      const { value, executionId } = requestEvent({ tool: 'sandbox_http', payload: { route: 'status', argument: '200' } });
      await system.log.publish(REQUESTED, [value]);
      expect(await terminal(system, executionId)).toMatchObject({ type: 'ToolExecutionCompleted', data: { toolName: 'sandbox_http' } });
    });
  });

  describe('a request over HTTP', () => {
    it('is answered with the final record when the client prefers to wait', async () => {
      const { status, body, headers } = await system.api.post(
        '/api/tools/echo/execute',
        { payload: { text: 'hi' } },
        { prefer: 'wait=10' },
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'succeeded', output: { text: 'hi' }, toolName: 'echo', error: null });
      expect(headers['content-type']).toContain('application/json');
    });

    it('is accepted at once, and can be waited for later', async () => {
      const accepted = await system.api.post('/api/tools/slow_echo/execute', { payload: { text: 'later' } });
      expect(accepted.status).toBe(202);
      expect(accepted.headers.location).toBe(`/api/tools/executions/${String(accepted.body.id)}`);
      const final = await system.api.get(`/api/tools/executions/${String(accepted.body.id)}`, { prefer: 'wait=10' });
      expect(final.body).toMatchObject({ status: 'succeeded', output: { text: 'later' } });
    });

    it('with a key of its own is the same execution when it is repeated', async () => {
      const key = { 'idempotency-key': `e2e-${Date.now()}` };
      const first = await system.api.post('/api/tools/echo/execute', { payload: { text: 'once' } }, key);
      const again = await system.api.post('/api/tools/echo/execute', { payload: { text: 'once' } }, key);
      expect(again.body.id).toBe(first.body.id);
      expect(again.headers['idempotent-replayed']).toBe('true');
      const other = await system.api.post('/api/tools/echo/execute', { payload: { text: 'twice' } }, key);
      expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    });

    it('sends the secret to the tool’s origin, and shows it nowhere', async () => {
      const { body } = await system.api.post('/api/tools/sandbox_secret/execute', { payload: { text: 'hi' } }, { prefer: 'wait=10' });
      expect(body).toMatchObject({ status: 'succeeded', output: { authorized: true, body: { text: 'hi' } } });
    });

    it('is recorded with its decision and its outcome', async () => {
      const { body } = await system.api.post('/api/tools/echo/execute', { payload: { text: 'audited' } }, { prefer: 'wait=10' });
      const entries = async (): Promise<unknown[]> => {
        const answer = await system.api.get(`/api/audit/events?executionId=${String(body.id)}`);
        return (answer.body.items as { kind: string }[] | undefined)?.map(({ kind }) => kind).sort() ?? [];
      };
      await eventually(async () => (await entries()).length >= 2);
      expect(await entries()).toEqual(['decision', 'outcome']);
      expect((await system.api.get('/api/audit/verify')).body).toMatchObject({ ok: true });
    });
  });
}
