import { DEAD_LETTER_TOPIC, dispatchedTopic, requestedTopic, ToolExecutionProgressed } from '@toolplane/contracts/events';
import type { DeadLetter } from '@toolplane/messaging';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';
import { OnDeadLettersParked } from './on-dead-letters.js';

const service = testService(ExecutionModule, { definition: executionConfig, database: { service: 'execution', migrations: executionMigrations } });

interface View {
  readonly id: string;
  readonly offset: string;
  readonly status: string;
  readonly code?: string;
}
let offset = 0n;
const request = (tenantid: string) => JSON.stringify({ specversion: '1.0', id: 'order-1', source: '/orders', type: 'ToolExecutionRequested', tenantid, data: { tool: 'echo' } });
/** Parks a record and answers how it is shown. */
async function parked(overrides: Partial<DeadLetter> = {}, as = {}): Promise<View> {
  const letter: DeadLetter = {
    topic: requestedTopic(), partition: 0, offset: offset++, key: Buffer.from('a key'), value: Buffer.from(request('demo')), headers: { ce_type: 'x' },
    code: 'EVENT_INVALID', reason: 'no payload', attempts: 0, record: { topic: DEAD_LETTER_TOPIC, partition: 0, offset, appendedAt: Date.now() }, ...overrides,
  };
  await service.get(OnDeadLettersParked).handle([letter]);
  const { body } = await service.http<{ items: View[] }>({ method: 'GET', url: '/api/dead-letters?limit=200', as });
  const shown = body.items.find((each) => each.offset === String(letter.offset));
  if (!shown) throw new Error('the parked record is not shown');
  return shown;
}
const act = (id: string, action: 'redrive' | 'discard', { body, as = {}, key }: { body?: object; as?: object; key?: string } = {}) =>
  service.http<View>({
    method: 'POST', url: `/api/dead-letters/${id}/${action}`, as, ...(action === 'redrive' && { body: body ?? {} }),
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
const PLATFORM = { roles: ['platform-admin'] };

beforeEach(() => service.publisher.clear());

describe('the desk for parked records', () => {
  it('puts a record back where it lay, as it was, and says who did it', async () => {
    const { id } = await parked();
    expect(await act(id, 'redrive')).toMatchObject({ status: 202, body: { id, status: 'redriven' } });
    expect(service.publisher.records).toEqual([{ topic: requestedTopic(), key: 'a key', headers: { ce_type: 'x' }, value: request('demo') }]);
    await eventually(() => expect(service.published(ToolExecutionProgressed)).toMatchObject([
      { tenantid: 'demo', data: { deadLetterId: id, kind: 'redriven', by: { type: 'user', id: 'tester' }, toolName: 'echo' } },
    ]));
    const [filed] = await service.database.query<{ facts: object }>(`select facts from execution.timeline where facts ->> 'cause' = '${id}'`);
    expect(filed?.facts).toMatchObject({ kind: 'redriven', by: { id: 'tester' } });
  });

  it('puts back bytes that are no text', async () => {
    const value = Buffer.from([0, 255, 1]);
    const { id } = await parked({ value, code: 'RECORD_MALFORMED' }, PLATFORM);
    expect((await act(id, 'redrive', { as: PLATFORM })).status).toBe(202);
    expect(service.publisher.records[0]?.value).toEqual(value);
  });

  it('acts once on each; under one key a repeat is told the same', async () => {
    const { id } = await parked();
    expect((await act(id, 'redrive', { key: 'k' })).status).toBe(202);
    expect((await act(id, 'redrive', { key: 'k' })).headers['idempotent-replayed']).toBe('true');
    expect(await act(id, 'redrive', { key: 'k', body: { value: request('demo') } })).toMatchObject({ status: 422 });
    expect(await act(id, 'redrive')).toMatchObject({ status: 409 });
    expect(await act(id, 'discard')).toMatchObject({ status: 409 });
    expect(service.publisher.records).toHaveLength(1);
  });

  it('leaves a record parked that could not be sent', async () => {
    const { id } = await parked();
    service.publisher.fail(new Error('away'));
    expect((await act(id, 'redrive')).status).toBe(500);
    expect((await act(id, 'redrive')).status).toBe(202);
  });

  it('sends another content in a request’s place, of the own tenant only', async () => {
    const { id } = await parked();
    expect(await act(id, 'redrive', { body: { value: request('acme') } })).toMatchObject({ status: 403 });
    expect(await act(id, 'redrive', { body: { value: 'no event' } })).toMatchObject({ status: 403 });
    expect((await act(id, 'redrive', { body: { value: JSON.parse(request('demo')) as object } })).status).toBe(202);
    expect(service.publisher.records.map(({ value }) => value)).toEqual([request('demo')]);
  });

  it.each([requestedTopic('execution'), requestedTopic('playbook'), 'tool.execution.decided.v1', 'tool.invocation.reported.v1'])(
    'lets nobody but the platform change a record of %s, whose word is believed', async (topic) => {
      const { id } = await parked({ topic });
      expect(await act(id, 'redrive', { body: { value: request('demo') } })).toMatchObject({ status: 403 });
      expect((await act(id, 'redrive', { body: { value: request('demo') }, as: PLATFORM })).status).toBe(202);
    });

  it.each([
    [{ topic: dispatchedTopic('dummy') }, 'lease'],
    [{ topic: DEAD_LETTER_TOPIC }, 'belongs'],
    [{ code: 'EXECUTION_ID_CONFLICT' }, 'another request'],
  ])('refuses to redrive %j', async (overrides, why) => {
    const { id } = await parked(overrides);
    expect(await act(id, 'redrive')).toMatchObject({ status: 409, body: { detail: expect.stringContaining(why) as string } });
    expect((await act(id, 'discard')).status).toBe(200);
  });

  it('shows a tenant its own alone, and those of nobody to the platform', async () => {
    const own = await parked();
    const nobodys = await parked({ code: 'TENANT_UNKNOWN' }, PLATFORM);
    expect((await act(own.id, 'redrive', { as: { tenantId: 'acme' } })).status).toBe(404);
    expect((await act(nobodys.id, 'discard')).status).toBe(404);
    expect((await act(nobodys.id, 'discard', { as: PLATFORM })).body.status).toBe('discarded');
    expect((await act(own.id, 'discard', { as: { roles: ['viewer'] } })).status).toBe(403);
  });
});
