import type { DeclaredSet } from '@toolplane/contracts/documents';
import { ToolplaneClient } from '../http/toolplane-client.js';
import { FakeGateway, record } from '../testing/fake-gateway.js';
import { AgentClient } from './agent-client.js';
import { AgentFactory } from './agent-factory.js';

const gateway = new FakeGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const client = (): ToolplaneClient => new ToolplaneClient({ baseUrl: gateway.url, apiKey: 'tp_key', random: () => 0 });

const LONG = `tool_${'x'.repeat(80)}`;
const tool = (name: string, rest: object = {}) =>
  ({ name, description: `Does ${name}.`, category: 'test', type: 'dummy' as const, inputSchema: { type: 'object', properties: { path: { type: 'string' }, mode: { type: 'string' } }, required: ['path', 'mode'] }, ...rest });
const declared: DeclaredSet = {
  tools: [tool('read_file', { isDangerous: true }), tool('search'), tool('off', { enabled: false }), tool('shown'), tool(LONG)],
  toolkits: [{ name: 'reading', description: 'Reads.', tools: ['read_file'] }],
  agents: [
    {
      agent: { name: 'analysis', displayName: 'Analysis', model: 'some-model', systemPrompt: 'You analyse.' },
      assignments: [
        { tool: 'search', terms: { orderIndex: 2 } },
        { tool: 'read_file', terms: { orderIndex: 1, allowedParameters: ['path'], parameterDefaults: { mode: 'text' }, requiresApproval: false } },
        { tool: 'off', terms: {} }, { tool: 'shown', terms: { allowUse: false } }, { tool: LONG, terms: { orderIndex: 3 } },
      ],
    },
  ],
};
const SET = { items: [{ name: 'search', description: '…', input_schema: {} }], names: { search: 'search', short_name: LONG }, warnings: [] };
const loaded = () => [
  { status: 200, body: { name: 'analysis', model: 'some-model' } }, { status: 200, body: SET }, { status: 200, headers: { 'content-type': 'text/markdown' }, body: '# Tools' },
];

describe('an agent', () => {
  it('is loaded with its tools as the model’s API takes them', async () => {
    gateway.answers(...loaded());
    const agent = await AgentClient.load(client(), { agent: 'analysis', format: 'anthropic', toolkits: ['reading', 'writing'] });
    expect(gateway.seen.map(({ url }) => url).sort()).toEqual([
      '/api/agents/analysis', '/api/agents/analysis/prompt?toolkits=reading&toolkits=writing', '/api/agents/analysis/tools?format=anthropic&toolkits=reading&toolkits=writing',
    ]);
    expect([agent.origin, agent.tools.length, agent.definition.model]).toEqual(['registry', 1, 'some-model']);
  });

  it('runs the model’s calls through Toolplane as itself, under the names that were sent, each once', async () => {
    gateway.answers(...loaded());
    const agent = await AgentClient.load(client(), { agent: 'analysis', format: 'anthropic' });
    gateway.answers({ status: 200, body: record({ status: 'succeeded', output: 'found' }) });
    expect(await agent.call({ id: 'toolu_1', name: 'short_name', input: { path: '/x' } }, { sessionId: 's1' })).toMatchObject({ status: 'succeeded', output: 'found' });
    expect(gateway.seen[0]).toMatchObject({
      url: `/api/tools/${LONG}/execute`, headers: { 'idempotency-key': '2:s1:toolu_1:1' }, body: { payload: { path: '/x' }, agent: 'analysis', sessionId: 's1' },
    });
  });

  it('does not send what the model was not shown', async () => {
    gateway.answers(...loaded());
    const agent = await AgentClient.load(client(), { agent: 'analysis', format: 'anthropic' });
    gateway.answers();
    for (const name of ['delete_everything', 'toString', '__proto__']) {
      expect(await agent.call({ id: '1', name, input: {} }, { sessionId: 's' })).toMatchObject({ status: 'not_shown', message: expect.stringContaining('search') as string });
    }
    expect(gateway.seen).toEqual([]);
  });

  it.each([['cannot be reached', 'reset'], ['answers 503', { status: 503, body: { code: 'DEPENDENCY_DOWN', detail: 'registry', status: 503 } }]] as const)(
    'has the tools that its files declare where the registry %s, and says so',
    async (_what, answer) => {
      gateway.answers(answer, answer, answer);
      const said: string[] = [];
      const agent = await AgentClient.load(client(), { agent: 'analysis', format: 'openai', fallback: declared, onFallback: (reason) => said.push(reason) });
      expect([agent.origin, said.length]).toEqual(['files', 1]);
      expect(said[0]).toContain('analysis has the tools that its files declare');
      const names = agent.tools.map((item) => (item as { function: { name: string } }).function.name);
      expect(names).toEqual(['read_file', 'search', expect.stringMatching(/^tool_x+_[0-9a-f]{8}$/), 'task_success', 'task_error', 'finish']);
      expect((agent.tools[0] as { function: { parameters: unknown } }).function.parameters).toEqual({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] });
      expect(agent.warnings.map(({ code }) => code)).toEqual(['USE_NOT_ALLOWED', 'NAME_SHORTENED']);
      expect(agent.prompt).toContain('You analyse.');
      while (gateway.seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      gateway.answers({ status: 200, body: record({ status: 'succeeded' }) });
      expect((await agent.call({ id: '1', name: names[2] ?? '', input: {} }, { sessionId: 's' })).status).toBe('succeeded');
      expect(gateway.seen[0]?.url).toBe(`/api/tools/${LONG}/execute`);
    },
  );

  it('falls back for nothing else: an agent type that is not there is not there', async () => {
    const missing = { status: 404, body: { code: 'NOT_FOUND', detail: 'no', status: 404 } };
    gateway.answers(missing, missing, missing);
    await expect(AgentClient.load(client(), { agent: 'analysis', format: 'openai', fallback: declared })).rejects.toMatchObject({ name: 'ApiProblem' });
    while (gateway.seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    gateway.answers('reset', 'reset', 'reset');
    await expect(AgentClient.load(client(), { agent: 'unknown', format: 'openai', fallback: declared })).rejects.toMatchObject({ name: 'DependencyDown' });
  });

  it('narrows the declared set by toolkits, too', async () => {
    gateway.answers('reset', 'reset', 'reset');
    const agent = await AgentClient.load(client(), { agent: 'analysis', format: 'anthropic', toolkits: ['reading'], fallback: declared });
    expect(agent.tools.map((item) => item['name'])).toEqual(['read_file', 'task_success', 'task_error', 'finish']);
  });
});

describe('the factory of agents', () => {
  it('makes each when it is first needed, and anew after a minute', async () => {
    let now = 0;
    const factory = new AgentFactory(client(), { format: 'anthropic' }, () => now);
    gateway.answers(...loaded(), ...loaded());
    const [one, two] = [factory.agent('analysis'), factory.agent('analysis')];
    expect(await one).toBe(await two);
    now = 60_001;
    expect(await factory.agent('analysis')).not.toBe(await one);
    expect(gateway.seen).toHaveLength(6);
  });

  it('tries anew what could not be loaded', async () => {
    const factory = new AgentFactory(client(), { format: 'anthropic' });
    gateway.answers('reset', 'reset', 'reset');
    await expect(factory.agent('analysis')).rejects.toMatchObject({ name: 'DependencyDown' });
    while (gateway.seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    gateway.answers(...loaded());
    expect((await factory.agent('analysis')).origin).toBe('registry');
  });
});
