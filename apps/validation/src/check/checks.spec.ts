import type { CheckAnswer, Problem } from '@toolplane/contracts/http';
import { RULE_NAMES } from '@toolplane/contracts/events';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { ProjectionState } from '../projection/projection-state.js';
import { ANALYSIS_ID, ECHO_ID, agentChanged, assignmentChanged, sampleVersion, tenantChanged, toolChanged } from '../testing/sample.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';
import type { ValidationAnswer } from './validation-answer.js';

const COMPLETE = { provide: ProjectionState, useValue: { mustBeComplete: () => undefined } };
const URL = '/internal/checks';

describe('asking beforehand', () => {
  const service = testService(ValidationModule, { definition: validationConfig, database: { service: 'validation', migrations: validationMigrations }, fakes: [COMPLETE] });
  const check = (body: unknown, as = {}) => service.http<CheckAnswer & Problem>({ method: 'POST', url: URL, body, as });
  const validate = (tool: string, body: unknown, as = {}) =>
    service.http<ValidationAnswer & Problem>({ method: 'POST', url: `/api/tools/${tool}/validate`, body, as });

  beforeEach(async () => {
    await service.deliver(OnToolRegistryChanged, [
      tenantChanged('demo'), tenantChanged('acme'), ...toolChanged(),
      ...toolChanged({ id: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e30', name: 'delete_everything', isDangerous: true }),
    ]);
  });

  describe('whether a request would be accepted', () => {
    it('names the version and what in it is secret', async () => {
      const { status, body } = await check({ tool: 'echo', payload: { text: 'hi' } });
      expect(status).toBe(200);
      expect(body).toEqual({ toolId: ECHO_ID, toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: ['/key'], output: [] } });
    });

    it.each<[string, unknown, object, number, string]>([
      ['an unknown tool', { tool: 'nothing', payload: {} }, {}, 404, 'TOOL_NOT_FOUND'],
      ['another tenant’s tool', { tool: ECHO_ID, payload: { text: 'hi' } }, { tenantId: 'acme' }, 404, 'TOOL_NOT_FOUND'],
      ['a payload that breaks the schema', { tool: 'echo', payload: {} }, {}, 422, 'REQUEST_INPUT_INVALID'],
      ['a payload that is too large', { tool: 'echo', payload: { text: 'x'.repeat(256 * 1024) } }, {}, 413, 'REQUEST_TOO_LARGE'],
      ['a caller who may not execute', { tool: 'echo', payload: { text: 'hi' } }, { roles: ['viewer'] }, 403, 'FORBIDDEN'],
      ['an unknown property', { tool: 'echo', payload: {}, tenantId: 'acme' }, {}, 400, 'REQUEST_MALFORMED'],
    ])('refuses %s', async (_title, body, as, status, code) => {
      expect(await check(body, as)).toMatchObject({ status, body: { code } });
    });

    it('looks at what an agent’s defaults leave, under the version that it is pinned to', async () => {
      const changed = { ...sampleVersion().inputSchema, required: ['text', 'units'] };
      await service.deliver(OnToolRegistryChanged, [
        ...toolChanged({}, [{}, { version: '0.9.0', inputSchema: changed }]), agentChanged(), assignmentChanged({ version: '0.9.0', parameterDefaults: { units: 'm' } }),
      ]);
      expect(await check({ tool: 'echo', payload: { text: 'hi' }, agent: 'analysis' })).toMatchObject({ status: 200, body: { toolVersion: '0.9.0' } });
      expect(await check({ tool: 'echo', payload: { text: 'hi' }, version: '0.9.0' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/units' }] } });
      await service.deliver(OnToolRegistryChanged, [assignmentChanged({}, {}, { deleted: true }), agentChanged({ deleted: true }, { deleted: true })]);
    });

    it('says where a payload is wrong', async () => {
      expect((await check({ tool: 'echo', payload: {} })).body.errors).toEqual([{ pointer: '/text', detail: 'is required' }]);
    });

    it('leaves policy to the decision: a disabled tool, an unknown version and an agent are accepted, and refused visibly', async () => {
      await service.deliver(OnToolRegistryChanged, toolChanged({ enabled: false }));
      for (const body of [{}, { version: '9.0.0' }, { agent: 'analysis' }]) {
        expect(await check({ tool: 'echo', payload: { text: 'hi' }, ...body })).toMatchObject({ status: 200, body: { sensitive: { input: ['/key'] } } });
      }
    });
  });

  describe('what would become of a request', () => {
    it('is answered rule by rule, without any effect', async () => {
      const { status, body } = await validate('echo', { payload: { text: 'hi', key: 'canary' } });
      expect(status).toBe(200);
      expect(body).toMatchObject({ allowed: true, code: null, approvalRequired: false, effectivePayload: { text: 'hi', key: '[redacted]' } });
      expect(body.rules.map(({ rule }) => rule)).toEqual(RULE_NAMES);
      expect(body.rules[0]).toEqual({ rule: 'tenant_active', verdict: 'pass', code: null, reason: 'the tenant is active', details: null });
      expect(service.publisher.events).toEqual([]);
    });

    it('shows what fails after a failure too', async () => {
      const { body } = await validate('echo', { payload: {}, agent: 'analysis' });
      expect(body).toMatchObject({ allowed: false, code: 'TOOL_NOT_ASSIGNED' });
      expect(body.rules.find(({ rule }) => rule === 'input_schema')).toMatchObject({ verdict: 'fail', details: [{ pointer: '/text', detail: 'is required' }] });
    });

    it('says whether an agent would be allowed, with its defaults and what its session has used up', async () => {
      await service.deliver(OnToolRegistryChanged, [
        agentChanged(),
        assignmentChanged({ allowedParameters: ['text'], parameterDefaults: { units: 'm', key: 'canary' }, deniedParameters: { text: ['/etc'] }, usageLimit: 2 }),
      ]);
      await service.database?.query(`insert into validation.counters (tenant_id, agent, tool_id, session_id, used) values ('demo', 'analysis', '${ECHO_ID}', 's', 1)`);
      const ask = async (payload: object, sessionId?: string) => (await validate('echo', { payload, agent: 'analysis', sessionId })).body;
      const allowed = await ask({ text: 'hi' }, 's');
      expect(allowed).toMatchObject({ allowed: true, effectivePayload: { text: 'hi', units: 'm', key: '[redacted]' } });
      expect(allowed.rules.filter(({ details }) => details !== null)).toMatchObject([
        { rule: 'defaults', details: { filledIn: ['/units', '/key'] } }, { rule: 'usage_limit', details: { limit: 2, used: 1 } },
      ]);
      expect(await ask({ text: 'hi' }, 's')).toEqual(allowed); // asking uses nothing up
      expect((await ask({ text: 'hi' })).code).toBe('SESSION_REQUIRED');
      expect((await ask({ text: '/etc/passwd' }, 's')).code).toBe('PARAMETER_VALUE_DENIED');
      expect((await ask({ text: 'hi', units: 'ft' }, 's')).code).toBe('PARAMETER_NOT_ALLOWED');
    });

    it('takes the version that an agent is pinned to', async () => {
      await service.deliver(OnToolRegistryChanged, [agentChanged(), assignmentChanged({ version: '1.0.0' })]);
      expect((await validate('echo', { payload: { text: 'x' }, agent: 'analysis', version: '2.0.0' })).body.rules[5]).toMatchObject({ code: 'TOOL_VERSION_CONFLICT' });
      await service.deliver(OnToolRegistryChanged, [assignmentChanged({}, {}, { deleted: true }), agentChanged({ id: ANALYSIS_ID, deleted: true }, { deleted: true })]);
    });

    it('says that a dangerous tool waits for an approval', async () => {
      expect((await validate('delete_everything', { payload: { text: 'x' } })).body).toMatchObject({ allowed: true, approvalRequired: true });
    });

    it('says that there is no such tool', async () => {
      expect(await validate('nothing', { payload: {} })).toMatchObject({ status: 200, body: { allowed: false, code: 'TOOL_NOT_FOUND', approvalRequired: false } });
    });

    it('answers a foreign tenant’s id exactly as an unknown one', async () => {
      const [foreign, unknown] = await Promise.all([ECHO_ID, '0193e3b1-7c40-7a52-9a51-0d6f2c1b8eff'].map((id) => validate(id, { payload: {} }, { tenantId: 'acme' })));
      expect(foreign?.body).toEqual(unknown?.body);
    });

    it('takes a key of an agent for that agent, and for no other', async () => {
      const as = { principal: { type: 'agent', id: 'k' }, agent: 'analysis', roles: ['operator'] };
      expect((await validate('echo', { payload: { text: 'x' } }, as)).body.code).toBe('TOOL_NOT_ASSIGNED');
      expect(await validate('echo', { payload: { text: 'x' }, agent: 'other' }, as)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    });
  });
});

describe('asking before everything has been read', () => {
  const service = testService(ValidationModule, { definition: validationConfig, database: { service: 'validation', migrations: validationMigrations } });

  it.each([URL, '/api/tools/echo/validate'])('%s refuses nothing: it asks for patience', async (url) => {
    const body = url === URL ? { tool: 'echo', payload: {} } : { payload: {} };
    const answer = await service.http({ method: 'POST', url, body });
    expect(answer).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
    expect(answer.headers['retry-after']).toBeDefined();
  });
});
