import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { REQUESTED, requestEvent, terminal, type Request, type System } from '../support/system.js';

const KIB = 1024;
const TOO_LARGE = { text: 'x'.repeat(257 * KIB) };

export function describeBadInput(system: System): void {
  describe('bad input on the event log', () => {
    it.each<[string, Request, string]>([
      ['an unknown tool', { tool: 'no_such_tool' }, 'TOOL_NOT_FOUND'],
      ['a payload that breaks the schema', { payload: { text: 17 } }, 'REQUEST_INPUT_INVALID'],
      ['a payload that is too large', { payload: TOO_LARGE }, 'REQUEST_TOO_LARGE'],
    ])('%s becomes a failed execution', async (_what, request, code) => {
      const { value, executionId } = requestEvent(request);
      await system.log.publish(REQUESTED, [value]);
      const event = await terminal(system, executionId);
      expect(event).toMatchObject({ type: 'ToolExecutionFailed', data: { error: { code } } });
      expect(event.data.error?.remedy).toBeTruthy();
    });

    it.each<[string, string, string]>([
      ['what is not JSON', '{"specversion":"1.0", …', 'RECORD_MALFORMED'],
      [
        'an event without an id',
        JSON.stringify({ specversion: '1.0', source: '/e2e', type: 'ToolExecutionRequested', tenantid: 'demo', data: {} }),
        'RECORD_MALFORMED',
      ],
      ['an event without a payload', JSON.stringify({ ...JSON.parse(requestEvent().value), data: { tool: 'echo' } }), 'EVENT_INVALID'],
      ['an event of an unknown type', JSON.stringify({ ...JSON.parse(requestEvent().value), type: 'SomethingElse' }), 'EVENT_TYPE_UNKNOWN'],
      ['an unknown tenant', requestEvent({ tenantid: `nobody-${Date.now()}` }).value, 'TENANT_UNKNOWN'],
    ])('%s is parked, shown, and holds nobody up', async (_what, value, code) => {
      const marker = randomUUID();
      const good = [requestEvent(), requestEvent(), requestEvent()];
      const before = await parked(system, code);
      await system.log.publish(REQUESTED, [value.replaceAll('e2e', `e2e-${marker}`), ...good.map((request) => request.value)]);
      for (const { executionId } of good) expect(await terminal(system, executionId)).toMatchObject({ type: 'ToolExecutionCompleted' });
      await eventually(async () => (await parked(system, code)) > before, { describe: () => `no dead letter ${code}` });
    });

    it('the id of an execution with other content is parked, and the execution stays as it is', async () => {
      const id = randomUUID();
      const first = requestEvent({ id, payload: { text: 'first' } });
      await system.log.publish(REQUESTED, [first.value]);
      await terminal(system, first.executionId);
      const before = await parked(system, 'EXECUTION_ID_CONFLICT');
      await system.log.publish(REQUESTED, [requestEvent({ id, payload: { text: 'second' } }).value]);
      await eventually(async () => (await parked(system, 'EXECUTION_ID_CONFLICT')) > before);
      const { body } = await system.api.get(`/api/tools/executions/${first.executionId}`);
      expect(body).toMatchObject({ status: 'succeeded', output: { text: 'first' } });
    });
  });

  describe('bad input over HTTP', () => {
    const execute = '/api/tools/echo/execute';
    it.each<[string, string, unknown, Record<string, string>, number, string]>([
      ['an unknown property', execute, { payload: {}, tenantId: 'other' }, {}, 400, 'REQUEST_MALFORMED'],
      ['what is not JSON', execute, '{"payload":', {}, 400, 'REQUEST_MALFORMED'],
      ['another content type', execute, '<payload/>', { 'content-type': 'application/xml' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['an unknown tool', '/api/tools/no_such_tool/execute', { payload: {} }, {}, 404, 'TOOL_NOT_FOUND'],
      ['a payload that breaks the schema', execute, { payload: { text: 17 } }, {}, 422, 'REQUEST_INPUT_INVALID'],
      ['a payload that is too large', execute, { payload: TOO_LARGE }, {}, 413, 'REQUEST_TOO_LARGE'],
      ['a body that is too large', execute, { payload: { text: 'x'.repeat(400 * KIB) } }, {}, 413, 'REQUEST_TOO_LARGE'],
    ])('%s is refused with a problem document', async (_what, path, body, headers, status, code) => {
      const answer = await system.api.post(path, body, headers);
      expect(answer).toMatchObject({ status, body: { code, status, type: `urn:toolplane:error:${code}` } });
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body.remedy).toBeTruthy();
    });

    it('an unknown query parameter and a bad cursor are refused', async () => {
      expect(await system.api.get('/api/tools?nonsense=1')).toMatchObject({ status: 400 });
      expect(await system.api.get('/api/tools?cursor=nonsense')).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
    });

    it.each([
      ['a wrong key', 'tp_wrong'],
      ['a key with one character changed', ''],
    ])('%s is refused without saying why', async (_what, key) => {
      const wrong = new Api(
        system.ready.url,
        key || `${system.instance.adminKey.slice(0, -1)}${system.instance.adminKey.endsWith('A') ? 'B' : 'A'}`,
      );
      const answer = await wrong.post(execute, { payload: {} });
      await wrong.close();
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    });

    it('names the fields that are wrong', async () => {
      const { body } = await system.api.post(execute, { payload: { text: 17 } });
      expect(body.errors).toEqual([expect.objectContaining({ pointer: expect.stringMatching(/\/text$/) })]);
    });
  });
}

/** How many parked records of a code the platform's administrator is shown. */
async function parked({ api }: System, code: string): Promise<number> {
  let count = 0;
  for (let path: string | null = '/api/dead-letters?limit=200'; path;) {
    const { status, body } = await api.get(path);
    if (status !== 200) throw new Error(`dead letters: ${status} ${JSON.stringify(body)}`);
    const page = body as unknown as { items: { code: string }[]; next: string | null };
    count += page.items.filter((letter) => letter.code === code).length;
    path = page.next ? `/api/dead-letters?limit=200&cursor=${encodeURIComponent(page.next)}` : null;
  }
  return count;
}
