import type { Tool } from '@toolplane/contracts/documents';
import { wireError } from '@toolplane/contracts/errors';
import { writeCloudEvent } from '@toolplane/contracts/envelope';
import { checkEvent, ToolExecutionCompleted, ToolExecutionFailed, ToolExecutionRequested } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { isSealed, makeSealingKeys, openPayload } from '@toolplane/security/sealing';
import { PayloadSealer } from '../sealing/payload-sealer.js';
import { record } from '../testing/fake-gateway.js';
import type { AnswerRecord } from './answers.js';
import { EventCaller, type EventCallerOptions } from './event-caller.js';
import { requestEvent, type RequestRecord } from './request-event.js';

const requester = { tenantId: 'demo', source: '/orders', actor: { type: 'service' as const, id: 'orders' } };
const call = { tool: 'echo', payload: { text: 'hi' }, idempotencyKey: 'order-17', waitMs: 2_000 };

const completed = (executionId: string, output: unknown, tenantid = 'demo') => ({ ...golden(ToolExecutionCompleted, { executionId, output, outputRef: null }), tenantid });
const failed = (executionId: string) => ({ ...golden(ToolExecutionFailed, { executionId, error: { ...wireError('TOOL_DISABLED'), errors: [] } }), tenantid: 'demo' });
const recordOf = (event: Parameters<typeof writeCloudEvent>[0]): AnswerRecord => ({ value: Buffer.from(writeCloudEvent(event).value), headers: writeCloudEvent(event).headers });

/** A log in memory: what is sent is answered as the test says. */
async function opened(answer: (sent: RequestRecord, say: (record: AnswerRecord) => void) => void, options: Partial<EventCallerOptions> = {}) {
  const sent: RequestRecord[] = [];
  let say: (record: AnswerRecord) => void = () => undefined;
  let topics: readonly string[] = [];
  const caller = await EventCaller.open({
    ...requester,
    send: (request) => {
      sent.push(request);
      answer(request, say);
      return Promise.resolve();
    },
    subscribe: (wanted, onRecord) => {
      [topics, say] = [wanted, onRecord];
      return Promise.resolve(() => Promise.resolve());
    },
    ...options,
  });
  return { caller, sent, topics: () => topics };
}

describe('a request as an event', () => {
  it('is the one that the interface promises, down to the execution', () => {
    const { executionId, record: made } = requestEvent(call, requester);
    expect(executionId).toBe('0910f337-bcfe-5d40-bebe-04bd023aed9b');
    expect(made).toMatchObject({ topic: 'tool.execution.requested.v1', key: executionId });
    const event = JSON.parse(made.value) as { data: unknown };
    expect(event).toMatchObject({ specversion: '1.0', id: 'order-17', source: '/orders', type: 'ToolExecutionRequested', tenantid: 'demo' });
    expect(event.data).toEqual({ tool: 'echo', payload: { text: 'hi' }, actor: { type: 'service', id: 'orders' } });
    expect(checkEvent(ToolExecutionRequested, event.data)).toBeNull();
  });

  it('is the same again for the same call, and goes to the ingress that was named', () => {
    const named = { ...requester, topic: 'tool.execution.requested.v1.orders' };
    const step = { tool: 'echo', payload: {}, run: 'case-9', step: 'refund', agent: 'analysis', sessionId: 's', deadline: new Date(0) };
    expect(requestEvent(step, named)).toEqual(requestEvent(step, named));
    expect(requestEvent(step, named).record.topic).toBe('tool.execution.requested.v1.orders');
    expect(requestEvent({ ...step, iteration: 2 }, named).executionId).not.toBe(requestEvent(step, named).executionId);
    expect(checkEvent(ToolExecutionRequested, (JSON.parse(requestEvent(step, named).record.value) as { data: unknown }).data)).toBeNull();
  });
});

describe('calling a tool over the event log', () => {
  it('publishes, and gives the answer to its own execution, the first where it comes twice', async () => {
    const { caller, sent, topics } = await opened(({ key }, say) => {
      say(recordOf(completed('0193e3b1-7c40-7a52-9a51-0d6f2c1b8eff', 'another’s')));
      say(recordOf(completed(key, 'another tenant’s', 'acme')));
      say({ value: 'not JSON' });
      say({ value: null });
      say(recordOf(completed(key, { text: 'hi' })));
      say(recordOf(completed(key, 'again')));
    });
    const result = await caller.callTool(call);
    expect(result).toMatchObject({ status: 'succeeded', executionId: sent[0]?.key, output: { text: 'hi' }, source: { type: 'ToolExecutionCompleted' } });
    expect(topics()).toEqual(['tool.execution.completed.v1', 'tool.execution.failed.v1']);
  });

  it('gives a failure with its code', async () => {
    const { caller } = await opened(({ key }, say) => say(recordOf(failed(key))));
    expect(await caller.callTool(call)).toMatchObject({ status: 'failed', error: { code: 'TOOL_DISABLED' }, source: { type: 'ToolExecutionFailed' } });
  });

  it('reads its own answer topic where it has one, with both types on it', async () => {
    const { caller, topics } = await opened(({ key }, say) => say(recordOf(failed(key))), { answerTopics: ['tool.execution.answered.v1.orders'] });
    expect(topics()).toEqual(['tool.execution.answered.v1.orders']);
    expect((await caller.callTool(call)).status).toBe('failed');
  });

  it('answers two that wait for the same call', async () => {
    const { caller } = await opened(({ key }, say) => setTimeout(() => say(recordOf(completed(key, 1))), 20));
    expect((await Promise.all([caller.callTool(call), caller.callTool(call)])).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  });

  it('finds what ended while nobody listened, and publishes nothing then', async () => {
    const looked: string[] = [];
    const { caller, sent } = await opened(() => undefined, {
      lookUp: (id) => {
        looked.push(id);
        return Promise.resolve(record({ id, status: 'succeeded', output: 'earlier' }));
      },
    });
    expect(await caller.callTool(call)).toMatchObject({ status: 'succeeded', output: 'earlier' });
    expect([sent, looked]).toEqual([[], ['0910f337-bcfe-5d40-bebe-04bd023aed9b']]);
  });

  it('is pending when the time is over, and looks up before it says so', async () => {
    const { caller } = await opened(() => undefined);
    expect(await caller.callTool({ ...call, waitMs: 10 })).toMatchObject({ status: 'pending', executionId: '0910f337-bcfe-5d40-bebe-04bd023aed9b' });
    let asked = 0;
    const { caller: looking } = await opened(() => undefined, { lookUp: (id) => Promise.resolve(++asked === 1 ? null : record({ id, status: 'succeeded', output: 'late' })) });
    expect(await looking.callTool({ ...call, waitMs: 10 })).toMatchObject({ output: 'late' });
    asked = 0;
    const { caller: missed } = await opened(() => undefined, { lookUpEveryMs: 5, lookUp: (id) => Promise.resolve(++asked < 3 ? null : record({ id, status: 'succeeded', output: 'missed' })) });
    expect(await missed.callTool({ ...call, waitMs: 60_000 })).toMatchObject({ output: 'missed' });
  });

  it('ends with the caller’s reason, or with what publishing throws', async () => {
    const ending = new AbortController();
    const { caller } = await opened(() => ending.abort(new Error('enough')));
    await expect(caller.callTool({ ...call, signal: ending.signal })).rejects.toThrow('enough');
    const { caller: broken } = await opened(() => undefined, { send: () => Promise.reject(new Error('no broker')) });
    await expect(broken.callTool(call)).rejects.toThrow('no broker');
  });

  it('seals what the tool marks as sensitive before it leaves the process', async () => {
    const { sealing, unsealing } = await makeSealingKeys('one');
    const inputSchema = { type: 'object', properties: { text: { type: 'string' }, pin: { type: 'string', writeOnly: true } } };
    const asked: string[] = [];
    const definitions = {
      tool: (tool: string) => Promise.resolve((asked.push(tool), { name: 'echo', inputSchema } as unknown as Tool)),
      sealingKeys: () => Promise.resolve((asked.push('keys'), { keys: [sealing] })),
    };
    const { caller, sent } = await opened(({ key }, say) => say(recordOf(completed(key, 1))), { sealer: new PayloadSealer(definitions, 'demo') });
    await caller.callTool({ ...call, payload: { text: 'hi', pin: '1234' } });
    await caller.callTool({ ...call, payload: { text: 'hi', pin: '1234' }, idempotencyKey: 'order-18' });
    const { payload } = (JSON.parse(sent[0]?.value ?? '') as { data: { payload: Record<string, unknown> } }).data;
    expect([payload['text'], isSealed(payload['pin'])]).toEqual(['hi', true]);
    expect((await openPayload(payload, ['/pin'], { tenantId: 'demo', tool: 'echo' }, { keys: [unsealing] })).payload).toEqual({ text: 'hi', pin: '1234' });
    expect(asked).toEqual(['echo', 'keys']);
    // A prepared record can be stored, and published again as it is.
    const prepared = await caller.prepare({ ...call, payload: { pin: '1' } });
    await caller.publish(prepared);
    await caller.publish(prepared);
    expect(new Set(sent.slice(2).map(({ value }) => value)).size).toBe(1);
  });
});
