import { eventually } from '../support/eventually.js';
import { AUDIT, of, type System } from '../support/system.js';

type Rules = readonly { readonly rule: string; readonly verdict: string; readonly code: string | null; readonly details: unknown }[];

const said = (rules: Rules): string => rules.map(({ rule, verdict, details }) => `${rule} ${verdict} ${JSON.stringify(details)}`).join('\n');

/** What an agent may do, from outside: written, asked beforehand, decided, explained, and tried otherwise on the past. */
export function describePolicies(system: System): void {
  describe('a policy', () => {
    const stamp = Date.now();
    const [tool, agent] = [`e2e_files_${stamp}`, `e2e_reader_${stamp}`];
    const assignmentPath = `/api/agents/${agent}/tools/${tool}`;
    const run = async (payload: object, more: object = {}) => (await system.api.post(`/api/tools/${tool}/execute`, { payload, agent, ...more }, { prefer: 'wait=20' })).body;
    const codeOf = ({ status, error }: Readonly<Record<string, unknown>>) => (error as { code: string } | null)?.code ?? status;

    beforeAll(async () => {
      const inputSchema = { type: 'object', properties: { path: { type: 'string' }, encoding: { type: 'string' } }, required: ['path', 'encoding'] };
      const written = [
        await system.api.post('/api/tools', { name: tool, description: 'Reads.', category: 'test', type: 'dummy', inputSchema, dummy: {}, idempotent: true }),
        await system.api.post('/api/agents', { name: agent, displayName: 'Reader', model: 'any', systemPrompt: 'Read.' }),
        await system.api.post(assignmentPath, {
          allowedParameters: ['path'], parameterDefaults: { encoding: 'utf-8' }, deniedParameters: { path: ['/etc'] }, usageLimit: 2,
        }),
      ];
      expect(written.map(({ status }) => status)).toEqual([201, 201, 201]);
      await eventually(async () => {
        const { body } = await system.api.post(`/api/tools/${tool}/validate`, { payload: { path: '/tmp/a' }, agent, sessionId: 'ready' });
        return body.allowed === true;
      });
    });

    it('decides what an agent may do, and explains it rule by rule, in the timeline as in the audit', async () => {
      const done = await run({ path: '/tmp/a' }, { sessionId: 's' });
      expect(done).toMatchObject({ status: 'succeeded', output: { path: '/tmp/a', encoding: 'utf-8' } });
      expect(codeOf(await run({ path: '/var/..%2fetc/passwd' }, { sessionId: 's' }))).toBe('PARAMETER_VALUE_DENIED');
      expect(codeOf(await run({ path: '/tmp/a', encoding: 'latin1' }, { sessionId: 's' }))).toBe('PARAMETER_NOT_ALLOWED');
      expect(codeOf(await run({ path: '/tmp/a' }))).toBe('SESSION_REQUIRED');
      expect(codeOf(await run({ path: '/tmp/a' }, { sessionId: 's' }))).toBe('succeeded');
      expect(codeOf(await run({ path: '/tmp/a' }, { sessionId: 's' }))).toBe('USAGE_LIMIT_REACHED');

      const { body } = await system.api.get(`/api/tools/executions/${String(done.id)}/events`);
      const items = body.items as readonly { readonly type: string; readonly data: { readonly rules?: Rules } }[];
      expect(items.map(({ type }) => type)).toEqual(['ToolExecutionRequested', 'ToolExecutionDecided', 'ToolExecutionCompleted']);
      const rules = items[1]?.data.rules ?? [];
      expect(rules.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 12 }, () => 'pass'));
      expect(rules.find(({ rule }) => rule === 'defaults')?.details).toEqual({ filledIn: ['/encoding'] });
      await eventually(() => of(system.log.seen(AUDIT), String(done.id)).some(({ data }) => data.kind === 'decision' && said(data.rules as Rules) === said(rules)));
    });

    it('is answered beforehand without using anything up', async () => {
      const ask = async () => (await system.api.post(`/api/tools/${tool}/validate`, { payload: { path: '/tmp/a' }, agent, sessionId: 's' })).body;
      const first = await ask();
      expect(first).toMatchObject({ allowed: false, code: 'USAGE_LIMIT_REACHED', effectivePayload: { path: '/tmp/a', encoding: 'utf-8' } });
      expect(await ask()).toEqual(first);
    });

    it('is tried on the past before it is changed', async () => {
      const { status, body } = await system.api.post('/api/policies/simulate', { tool, agent, deniedParameters: { path: ['/tmp'] } });
      expect(status).toBe(200);
      expect(body).toMatchObject({ considered: 6, judged: 6, notKept: 0 });
      expect(body.items).toContainEqual(expect.objectContaining({
        before: { outcome: 'allowed', code: null }, after: { outcome: 'rejected', code: 'PARAMETER_VALUE_DENIED' },
      }));
    });

    it('that contradicts itself is refused, when it is written as when it is tried', async () => {
      const assignment = { parameterDefaults: { path: '/etc/passwd' }, deniedParameters: { path: ['/etc'] } };
      expect(await system.api.call('PUT', assignmentPath, { body: assignment })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/parameterDefaults/path' }] } });
      expect(await system.api.post('/api/policies/simulate', { tool, agent, assignment })).toMatchObject({ status: 422 });
    });
  });
}
