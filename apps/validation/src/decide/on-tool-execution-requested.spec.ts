import { checkEvent, requestedTopic, ToolExecutionDecided, ToolExecutionRequested, type EventOf } from '@toolplane/contracts/events';
import { deriveEventId, deriveExecutionId, newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { digest } from '@toolplane/security/chain';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolControlChanged } from '../projection/on-tool-control-changed.js';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { ECHO_ID, switched, tenantChanged, toolChanged } from '../testing/sample.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';
import { OnToolExecutionRequested } from './on-tool-execution-requested.js';

type Requested = EventOf<typeof ToolExecutionRequested>;
type Data = Requested['data'];
const DANGEROUS_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e30';

/** A request under an id of its own, and nothing optional but what is given. */
const requested = (data: Partial<Data> = {}, envelope: Partial<Requested> = {}): Requested => ({
  ...golden(ToolExecutionRequested), id: newId(), data: { tool: 'echo', payload: { text: 'hi' }, ...data }, ...envelope,
});

describe('deciding about requests', () => {
  const service = testService(ValidationModule, { definition: validationConfig, database: { service: 'validation', migrations: validationMigrations } });
  const decide = async (...events: readonly Requested[]) => {
    service.publisher.clear();
    await service.deliver(OnToolExecutionRequested, events);
    return service.published(ToolExecutionDecided);
  };
  /** As it lies on another topic than the open one. */
  const decideOn = async (ingress: string, event: Requested) => {
    service.publisher.clear();
    const record = { topic: requestedTopic(ingress), partition: 0, offset: 7n, appendedAt: 1_700_000_000_000 };
    await service.get(OnToolExecutionRequested).handle([{ ...event, record }]);
    return service.published(ToolExecutionDecided)[0]?.data;
  };

  beforeEach(async () => {
    await service.deliver(OnToolRegistryChanged, [
      tenantChanged('demo'), tenantChanged('acme'), ...toolChanged(),
      ...toolChanged({ id: DANGEROUS_ID, name: 'delete_everything', isDangerous: true, requiresApproval: true }),
    ]);
  });

  it('allows what is valid and hands on all that the next ones need', async () => {
    const event = requested({ actor: { type: 'service', id: 'orders' }, sessionId: 's', exceptionId: 'e', correlationId: 'c', deadline: '2026-11-20T18:40:00Z' });
    const [decided] = await decide(event);
    const executionId = deriveExecutionId('demo', event.source, event.id);
    expect(decided).toMatchObject({ id: deriveEventId('demo', executionId, 'decided'), subject: executionId, tenantid: 'demo', causationid: event.id });
    expect(decided?.data).toMatchObject({
      executionId, outcome: 'allowed', error: null, toolName: 'echo', input: { text: 'hi' }, inputDigest: digest({ text: 'hi' }),
      tool: { id: ECHO_ID, name: 'echo', version: '1.0.0', provider: 'dummy', sensitive: { input: ['/key'], output: [] }, idempotent: true },
      request: { source: event.source, id: event.id }, requestedBy: { type: 'ingress', id: 'open' }, actor: { type: 'service', id: 'orders' },
      sessionId: 's', exceptionId: 'e', correlationId: 'c', deadline: '2026-11-20T18:40:00Z', agent: null, ip: null, answerTopic: null, approval: null,
    });
    expect(decided?.data.rules.map(({ verdict }) => verdict)).not.toContain('pass');
  });

  it('publishes what its schema promises, whatever was decided', async () => {
    const decided = await decide(
      requested(), requested({ tool: 'nothing' }), requested({ version: '9.0.0' }), requested({ payload: {} }), requested({ agent: 'analysis' }),
      requested({ tool: 'delete_everything' }), requested({ payload: { text: 'x'.repeat(300_000) } }),
    );
    expect(decided.map(({ data }) => data.error?.code ?? data.outcome)).toEqual([
      'allowed', 'TOOL_NOT_FOUND', 'TOOL_VERSION_NOT_FOUND', 'REQUEST_INPUT_INVALID', 'TOOL_NOT_ASSIGNED', 'approval_required', 'REQUEST_TOO_LARGE',
    ]);
    for (const { data } of decided) expect(checkEvent(ToolExecutionDecided, data)).toBeNull();
  });

  it('is the same event to the byte when a request comes again', async () => {
    const event = requested();
    const record = { topic: requestedTopic(), partition: 0, offset: 7n, appendedAt: 1_700_000_000_000 };
    service.publisher.clear();
    for (let i = 0; i < 3; i++) await service.get(OnToolExecutionRequested).handle([{ ...event, record }]);
    expect(new Set(service.published(ToolExecutionDecided).map((each) => JSON.stringify(each))).size).toBe(1);
  });

  it('never lets anything dangerous run without an approval', async () => {
    const [decided] = await decide(requested({ tool: 'delete_everything' }));
    expect(decided?.data).toMatchObject({ outcome: 'approval_required', error: null, tool: { name: 'delete_everything' } });
    expect(decided?.data.rules).toContainEqual({ rule: 'approval', verdict: 'skipped', reason: 'the call waits for an approval', details: { requiredBy: 'isDangerous' } });
  });

  it('says in a refusal what is wrong and where, and not what was sent', async () => {
    const [decided] = await decide(requested({ payload: { text: 'ok', key: 4_711_000_815 } }));
    expect(decided?.data.error).toMatchObject({ code: 'REQUEST_INPUT_INVALID', effect: 'none', errors: [{ pointer: '/key', detail: 'must be string' }] });
    expect(JSON.stringify([decided?.data.error, decided?.data.rules])).not.toContain('4711000815');
  });

  it('refuses what is too large without carrying it on', async () => {
    const [decided] = await decide(requested({ payload: { text: 'x'.repeat(900_000) } }));
    expect(decided?.data).toMatchObject({ error: { code: 'REQUEST_TOO_LARGE' }, input: {}, inputDigest: digest({ text: 'x'.repeat(900_000) }) });
    expect(JSON.stringify(decided).length).toBeLessThan(4_000);
  });

  it('stops at a kill switch, and goes on when it is off', async () => {
    await service.deliver(OnToolControlChanged, [switched('demo', 'tool', ECHO_ID)]);
    expect((await decide(requested()))[0]?.data.error).toMatchObject({ code: 'KILL_SWITCH', retryable: true });
    await service.deliver(OnToolControlChanged, [switched('demo', 'tool', ECHO_ID, false), switched('*', 'tenant', 'demo')]);
    expect((await decide(requested()))[0]?.data.error?.message).toContain('tenant');
    await service.deliver(OnToolControlChanged, [switched('*', 'tenant', 'demo', false)]);
    expect((await decide(requested()))[0]?.data.outcome).toBe('allowed');
  });

  it('keeps tenants apart: the same id, the same tool, another tenant', async () => {
    const event = requested();
    const [own, other] = await decide(event, { ...event, tenantid: 'acme' });
    expect(own?.data.outcome).toBe('allowed');
    expect(other?.data).toMatchObject({ outcome: 'rejected', error: { code: 'TOOL_NOT_FOUND' }, tool: null });
    expect(other?.data.executionId).not.toBe(own?.data.executionId);
  });

  it('takes an execution id in lower case, as it is stored', async () => {
    const executionId = newId();
    const [decided] = await decide(requested({ executionId: executionId.toUpperCase() }));
    expect(decided).toMatchObject({ subject: executionId, data: { executionId } });
  });

  describe('the digest of a request', () => {
    const digestOf = async (data: Partial<Data>, envelope: Partial<Requested> = {}) => (await decide(requested(data, envelope)))[0]?.data.requestDigest;

    it('is the same for the same content, however it is written and under whatever id', async () => {
      const one = await digestOf({ payload: { text: 'a', n: [1, { x: 1, y: 2 }] }, sessionId: 's' });
      expect(await digestOf({ sessionId: 's', payload: { n: [1, { y: 2, x: 1 }], text: 'a' } }, { id: 'another' })).toBe(one);
      expect(one).toMatch(/^[0-9a-f]{64}$/);
    });

    it('is another one for any other content', async () => {
      const contents: readonly Partial<Data>[] = [
        {}, { payload: { text: 'b' } }, { tool: ECHO_ID }, { version: '1.0.0' }, { agent: 'a' }, { sessionId: 'a' }, { exceptionId: 'a' },
        { correlationId: 'a' }, { deadline: '2026-11-20T18:40:00Z' }, { actor: { type: 'user', id: 'a' } },
      ];
      const all = (await decide(...contents.map((data) => requested(data)))).map(({ data }) => data.requestDigest);
      expect(new Set(all).size).toBe(contents.length);
    });

    it('is believed of our own services alone', async () => {
      expect(await digestOf({ requestDigest: 'forged' })).not.toBe('forged');
      expect((await decideOn('execution', requested({ requestDigest: 'made before sealing' })))?.requestDigest).toBe('made before sealing');
    });
  });

  describe('the ingress', () => {
    const claims: Partial<Data> = { requestedBy: { type: 'user', id: 'anna' }, ip: '192.0.2.1' };

    it('is not believed about who asks', async () => {
      expect((await decide(requested(claims)))[0]?.data).toMatchObject({ requestedBy: { type: 'ingress', id: 'open' }, ip: null });
    });

    it.each(['execution', 'playbook'])('of %s is', async (ingress) => {
      expect(await decideOn(ingress, requested(claims))).toMatchObject({ requestedBy: { type: 'user', id: 'anna' }, ip: '192.0.2.1' });
    });

    it('of execution speaks for callers who sent no event', async () => {
      expect((await decideOn('execution', requested({}, { source: '/toolplane/execution' })))?.request).toBeNull();
    });
  });

  describe('a record that can be nobody’s execution', () => {
    it.each([['nobody', 'TENANT_UNKNOWN'], ['*', 'TENANT_UNKNOWN']])('of tenant %s is told as %s, and nothing of its batch is published', async (tenantid, code) => {
      service.publisher.clear();
      await expect(service.deliver(OnToolExecutionRequested, [requested(), requested({}, { tenantid }), requested()])).rejects.toMatchObject({ code });
      expect(service.publisher.events).toEqual([]);
    });
  });
});
