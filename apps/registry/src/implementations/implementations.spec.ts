import { IMPLEMENTATION_KEYS, IMPLEMENTATIONS, toolOf, type ListedImplementation, type Tool, type Toolkit } from '@toolplane/contracts/documents';
import { compileSchema, definitionFaults } from '@toolplane/security/schemas';
import { ToolChanges } from '../tools/tool-changes.js';
import { defaultTools } from '../tenants/default-tools.js';
import { ADMIN, as, testRegistry } from '../testing/test-registry.js';

interface Problem { readonly status: number; readonly code: string; readonly remedy: string; readonly errors: readonly { readonly pointer: string }[] }

describe('every implementation', () => {
  it.each(IMPLEMENTATION_KEYS.map((key) => [key, IMPLEMENTATIONS[key]] as const))('%s has schemas that compile, and makes a tool that is taken', (key, { metadata, inputSchema, outputSchema }) => {
    expect([compileSchema(inputSchema).ok, compileSchema(outputSchema).ok]).toEqual([true, true]);
    expect(definitionFaults(toolOf(key))).toEqual([]);
    expect(metadata.isDangerous || metadata.isReadOnly).toBe(true);
  });

  it('that is asked of every deployment is there', () => {
    const asked = ['calculator', 'semantic_search', 'episodic_search', 'finish', 'task_success', 'task_error', 'read_file', 'bash', 'code_search', 'git_status', 'edit_file'];
    expect(IMPLEMENTATION_KEYS).toEqual(expect.arrayContaining(asked));
    expect(Object.isFrozen(IMPLEMENTATIONS)).toBe(true);
  });

  it.each([true, false])('that a tenant begins with is a whole definition, where built-in ones run: %s', (runs) => {
    for (const tool of defaultTools((provider) => provider === 'dummy' || runs)) expect({ name: tool.name, faults: definitionFaults(tool) }).toEqual({ name: tool.name, faults: [] });
    expect(defaultTools(() => false).map(({ enabled }) => enabled)).toEqual([false, false, false, false, false, false]);
  });
});

describe('where no built-in worker runs', () => {
  const registry = testRegistry();
  const post = (body: object, caller = as('demo')) => registry.http<Tool & Problem>({ method: 'POST', url: '/api/tools', body, as: caller });
  const enable = (tool: string) => registry.http<Tool & Problem>({ method: 'PUT', url: `/api/tools/${tool}/enablement`, body: { enabled: true } });
  const get = async (tool: string): Promise<Tool> => (await registry.http<Tool>({ method: 'GET', url: `/api/tools/${tool}` })).body;

  it('implementations are listed with their schemas, as not available', async () => {
    const { body } = await registry.http<{ items: ListedImplementation[]; next: null }>({ method: 'GET', url: '/api/implementations' });
    expect(body.items.map(({ key }) => key)).toEqual([...IMPLEMENTATION_KEYS].sort());
    expect(body.items.find(({ key }) => key === 'bash')).toMatchObject({ available: false, provider: 'builtin', needs: { context: true, registry: false }, metadata: { isDangerous: true }, inputSchema: { required: ['command'] } });
  });

  it('a tenant has its default tools all the same: those that cannot run switched off, control tools at work', async () => {
    const { body } = await registry.http<Toolkit>({ method: 'GET', url: '/api/toolkits/basic_tools' });
    expect(body.tools).toEqual(['semantic_search', 'episodic_search', 'calculator', 'finish']);
    for (const name of ['semantic_search', 'episodic_search', 'calculator']) expect(await get(name)).toMatchObject({ type: 'builtin', implementation: name, enabled: false, tenantId: 'demo' });
    for (const name of ['finish', 'task_success', 'task_error']) expect(await get(name)).toMatchObject({ type: 'dummy', category: 'control', enabled: true });
  });

  it('switching one on is refused with what to do about it', async () => {
    expect((await enable('calculator')).body).toMatchObject({ status: 422, code: 'PROVIDER_NOT_DEPLOYED', remedy: expect.stringContaining('PROVIDERS'), errors: [{ pointer: '/enabled' }] });
    expect((await post(toolOf('calculator', { name: 'mine' }))).body.code).toBe('PROVIDER_NOT_DEPLOYED');
    const made = await post(toolOf('calculator', { name: 'mine', enabled: false }));
    expect(made).toMatchObject({ status: 201, body: { enabled: false } });
    const put = await registry.http<Problem>({ method: 'PUT', url: '/api/tools/mine', body: { ...made.body, enabled: true } });
    expect(put.body.code).toBe('PROVIDER_NOT_DEPLOYED');
  });

  it.each(['rm', '../calculator', 'constructor', '__proto__', 'toString', 'Calculator'])('nothing outside the list can be named: %j', async (implementation) => {
    const { body } = await post({ ...toolOf('calculator', { name: 'outside', enabled: false }), implementation });
    expect(body).toMatchObject({ status: 422, code: 'DEFINITION_INVALID', errors: [{ pointer: '/implementation' }] });
    const stored = await post(toolOf('calculator', { name: `inside_${implementation.length}`, enabled: false }));
    expect((await registry.http<Problem>({ method: 'PUT', url: `/api/tools/${stored.body.id}`, body: { ...stored.body, implementation } })).status).toBe(422);
  });

  it('what is dangerous in the code is not harmless over the API', async () => {
    expect((await post(toolOf('bash', { name: 'tame', isDangerous: false, enabled: false }))).body.errors).toMatchObject([{ pointer: '/isDangerous' }]);
    expect((await post(toolOf('read_file', { name: 'tame', isDangerous: false, enabled: false }), ADMIN)).body.errors).toMatchObject([{ pointer: '/isDangerous' }]);
    expect((await post(toolOf('finish', { name: 'task-success', enabled: false }))).body.errors).toMatchObject([{ pointer: '/implementation' }]);
  });

  it('the operator’s files may say so of what only reads', async () => {
    const files = { tenantId: '*', principal: { type: 'platform', id: 'config' }, roles: ['platform-admin'], origin: 'config' } as const;
    const changes = registry.get(ToolChanges);
    const declare = (key: 'git_status' | 'edit_file') => changes.create(files, toolOf(key, { name: `declared_${key}`, scope: 'global', isDangerous: false, requiresApproval: false }));
    expect((await declare('git_status')).definition).toMatchObject({ isDangerous: false, enabled: false });
    await expect(declare('edit_file')).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
    const answer = await registry.http<Problem>({ method: 'DELETE', url: '/api/tools/declared_git_status', as: ADMIN });
    expect(answer.body.code).toBe('DECLARED_IN_FILE');
    expect((await registry.http<Tool>({ method: 'PUT', url: '/api/tools/declared_git_status/enablement', body: { enabled: false } })).status).toBe(200);
  });
});

describe('where a built-in worker runs', () => {
  const registry = testRegistry({ PROVIDERS: 'builtin' });

  it('a tenant’s default tools are at work', async () => {
    const { body } = await registry.http<{ items: Tool[] }>({ method: 'GET', url: '/api/tools?status=enabled' });
    expect(body.items.map(({ name, type, implementation }) => [name, type, implementation])).toEqual(
      ['calculator', 'episodic_search', 'finish', 'semantic_search', 'task_error', 'task_success'].map((name) => [name, 'builtin', name]),
    );
  });
});
