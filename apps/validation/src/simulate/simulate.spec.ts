import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RULE_SET, RULE_SET_WITHOUT_AGENT } from '@toolplane/contracts/events';
import type { DecisionRecord, Problem } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { digest } from '@toolplane/security/chain';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { ProjectionState } from '../projection/projection-state.js';
import { ECHO_ID, agentChanged, assignmentChanged, sampleVersion, tenantChanged, toolChanged } from '../testing/sample.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';
import type { SimulationAnswer } from './simulation.js';

/** `execution` as a simulation sees it: pages of two. */
const execution = { records: [] as DecisionRecord[], asked: [] as URLSearchParams[], status: 200 };
const server = createServer((request, response) => {
  const query = new URL(request.url ?? '', 'http://x').searchParams;
  execution.asked.push(query);
  const from = Number(query.get('cursor') ?? 0);
  const body = execution.status === 200
    ? { items: execution.records.slice(from, from + 2), next: from + 2 < execution.records.length ? String(from + 2) : null }
    : { code: 'X' };
  response.writeHead(execution.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const EXECUTION_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => new Promise((resolve) => server.close(resolve)));

const { inputSchema: sample } = sampleVersion();
const inputSchema = { ...sample, properties: { ...(sample['properties'] as object), units: { type: 'string' } } };
let minute = 0;
const record = (input: Record<string, unknown>, overrides: Partial<DecisionRecord> = {}): DecisionRecord => ({
  executionId: newId(), at: `2026-11-20T10:${String(minute++ % 60).padStart(2, '0')}:00.000Z`, toolId: ECHO_ID, toolName: 'echo', toolVersion: '1.0.0', agent: null,
  sessionId: null, outcome: 'allowed', ruleSet: RULE_SET_WITHOUT_AGENT, rules: [], input, inputDigest: digest(input), ...overrides,
});
const ofAgent = (input: Record<string, unknown>, overrides: Partial<DecisionRecord> = {}) => record(input, { agent: 'analysis', sessionId: 's', ruleSet: RULE_SET, ...overrides });

describe('trying a change of policy on the past', () => {
  const service = testService(ValidationModule, {
    definition: validationConfig, env: { EXECUTION_URL }, fakes: [{ provide: ProjectionState, useValue: { mustBeComplete: () => undefined } }],
    database: { service: 'validation', migrations: validationMigrations },
  });
  const simulate = (body: object, as = {}) =>
    service.http<SimulationAnswer & Problem>({ method: 'POST', url: '/api/policies/simulate', body: { tool: 'echo', ...body }, as: { roles: ['builder'], ...as } });
  const decided = (...records: readonly DecisionRecord[]) => Object.assign(execution, { records, asked: [], status: 200 });

  beforeEach(() => service.deliver(OnToolRegistryChanged, [
    tenantChanged('demo'), ...toolChanged({}, [{ inputSchema }, { version: '2.0.0', inputSchema }]), agentChanged(), assignmentChanged({ allowedParameters: ['text'], parameterDefaults: { units: 'm' } }),
  ]));

  it('says which decisions a changed schema would flip, and why', async () => {
    const records = [record({ text: 'hi' }), record({ text: 'a long one' }), record({ text: 'x' })];
    decided(...records);
    const changed = { ...inputSchema, properties: { text: { type: 'string', maxLength: 5 } } };
    const { status, body } = await simulate({ definition: { inputSchema: changed } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      considered: 3, judged: 3, notKept: 0, flips: 1, from: records[0]?.at, to: records[2]?.at,
      byOutcome: [{ before: { outcome: 'allowed', code: null }, after: { outcome: 'rejected', code: 'REQUEST_INPUT_INVALID' }, count: 1 }],
      items: [{
        executionId: records[1]?.executionId, recorded: { outcome: 'allowed', code: null },
        rules: [{ rule: 'input_schema', before: { verdict: 'pass' }, after: { verdict: 'fail', details: [{ pointer: '/text' }] } }],
      }],
    });
    expect(execution.asked.map((query) => [query.get('toolId'), query.get('last'), query.get('cursor')])).toEqual([[ECHO_ID, '10000', null], [ECHO_ID, '10000', '2']]);
    expect(service.publisher.events).toEqual([]);
  });

  it.each<[string, object, DecisionRecord, object]>([
    ['a tool that becomes dangerous', { definition: { isDangerous: true } }, record({ text: 'x' }), { outcome: 'approval_required' }],
    ['a tool that is switched off', { definition: { enabled: false } }, record({ text: 'x' }), { code: 'TOOL_DISABLED' }],
    ['an assignment that is taken away', { agent: 'analysis', assignment: null }, ofAgent({ text: 'x' }), { code: 'TOOL_NOT_ASSIGNED' }],
    ['another assignment', { agent: 'analysis', assignment: { requiresApproval: true } }, ofAgent({ text: 'x' }), { outcome: 'approval_required' }],
    ['denied values of one agent', { agent: 'analysis', deniedParameters: { text: ['/etc'] } }, ofAgent({ text: '/etc/passwd' }), { code: 'PARAMETER_VALUE_DENIED' }],
    ['denied values of every agent', { deniedParameters: { units: [{ equals: 'm' }] } }, ofAgent({ text: 'x' }), { code: 'PARAMETER_VALUE_DENIED' }],
  ])('knows %s', async (_title, change, past, after) => {
    decided(past);
    expect((await simulate(change)).body).toMatchObject({ flips: 1, items: [{ before: { outcome: 'allowed' }, after }] });
  });

  it('flips back, too: what was refused then may be allowed', async () => {
    decided(ofAgent({ text: 'x', more: 1 }, { outcome: 'rejected', rules: [{ rule: 'parameters_allowed', verdict: 'fail', code: 'PARAMETER_NOT_ALLOWED', reason: 'no' }] }));
    expect((await simulate({ agent: 'analysis', assignment: {} })).body.items[0]).toMatchObject({
      recorded: { outcome: 'rejected', code: 'PARAMETER_NOT_ALLOWED' }, before: { code: 'PARAMETER_NOT_ALLOWED' }, after: { outcome: 'allowed' },
    });
  });

  it('takes for sent what was sent, not what was filled in, and the version that was asked for', async () => {
    const filled = ofAgent({ text: 'x', units: 'm' }, { rules: [{ rule: 'defaults', verdict: 'pass', details: { filledIn: ['/units'] } }] });
    const pinned = ofAgent({ text: 'x' }, { rules: [{ rule: 'tool_exists', verdict: 'pass', details: { requested: '1.0.0' } }] });
    decided(filled, pinned);
    const { body } = await simulate({ agent: 'analysis', assignment: { allowedParameters: ['text'], parameterDefaults: { units: 'ft' }, version: '2.0.0' } });
    expect(body.items.map(({ after }) => after.code)).toEqual(['TOOL_VERSION_CONFLICT']);
    expect(body.items.flatMap(({ rules }) => rules.map(({ rule }) => rule))).not.toContain('parameters_allowed');
  });

  it('counts uses in the order in which they were asked for', async () => {
    decided(...[1, 2, 3, 4].map(() => ofAgent({ text: 'x' })), ofAgent({ text: 'x' }, { sessionId: 'other' }));
    const { body } = await simulate({ agent: 'analysis', assignment: { usageLimit: 3 } });
    expect(body.flips).toBe(1);
    expect(body.items[0]).toMatchObject({ executionId: execution.records[3]?.executionId, after: { code: 'USAGE_LIMIT_REACHED' } });
  });

  it('leaves sealed values sealed, and leaves out what was not kept whole', async () => {
    decided(record({ text: 'x', key: { $sealed: 'a.b.c' } }), record({}, { inputDigest: digest({ text: 'too large' }) }));
    expect((await simulate({ definition: { enabled: false } })).body).toMatchObject({ considered: 2, judged: 1, notKept: 1, flips: 1 });
  });

  it.each<[string, object, number, string, string]>([
    ['an unknown tool', { tool: 'nothing', definition: {} }, 404, 'TOOL_NOT_FOUND', ''],
    ['an unknown agent', { agent: 'nobody', assignment: null }, 404, 'NOT_FOUND', ''],
    ['no change', {}, 422, 'DEFINITION_INVALID', ''],
    ['an assignment of nobody', { assignment: {} }, 422, 'DEFINITION_INVALID', '/agent'],
    ['a schema that cannot be', { definition: { inputSchema: { type: 5 } } }, 422, 'DEFINITION_INVALID', '/definition/inputSchema/type'],
    ['a pin to nothing', { agent: 'analysis', assignment: { version: '9.0.0' } }, 422, 'DEFINITION_INVALID', '/assignment/version'],
    ['what contradicts itself', { agent: 'analysis', assignment: { parameterDefaults: { text: '/etc' }, deniedParameters: { text: ['/etc'] } } }, 422, 'DEFINITION_INVALID', '/assignment/parameterDefaults/text'],
    ['a denial of what is sealed', { deniedParameters: { key: ['x'] } }, 422, 'DEFINITION_INVALID', '/deniedParameters/key'],
    ['a denial that cannot be', { deniedParameters: { text: [{ matches: '(' }] } }, 422, 'DEFINITION_INVALID', '/deniedParameters/text/0/matches'],
  ])('refuses %s', async (_title, body, status, code, pointer) => {
    const answer = await simulate(body);
    expect(answer).toMatchObject({ status, body: { code } });
    if (status === 422) expect(answer.body.errors[0]?.pointer).toBe(pointer);
  });

  it('is refused to whoever may not, and asks for patience where the past cannot be read', async () => {
    expect((await simulate({ definition: { enabled: false } }, { roles: ['viewer'] })).status).toBe(403);
    decided();
    execution.status = 503;
    expect(await simulate({ definition: { enabled: false } })).toMatchObject({ status: 503 });
  });
});
