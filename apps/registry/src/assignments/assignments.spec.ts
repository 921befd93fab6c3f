import type { AssignmentView, Tool } from '@toolplane/contracts/documents';
import { checkEvent, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, analyst, as, echo, testRegistry } from '../testing/test-registry.js';

type Answer = AssignmentView & { readonly code: string; readonly errors: readonly { readonly pointer: string }[] };

describe('assignments', () => {
  const registry = testRegistry();
  const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', tool: string, body?: object, more: { caller?: ReturnType<typeof as>; headers?: Record<string, string>; agent?: string } = {}) =>
    registry.http<Answer>({
      method, url: `/api/agents/${more.agent ?? 'secret_analyst'}/tools/${tool}`, as: more.caller ?? as('demo'), ...(body && { body }), ...(more.headers && { headers: more.headers }),
    });
  const tool = async (body: object, caller = as('demo')): Promise<Tool> => (await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, ...body }, as: caller })).body;
  const told = (id: string) => registry.published(ToolRegistryChanged).filter(({ data }) => data.kind === 'assignment' && data.id.endsWith(`:${id}`));
  const inputSchema = {
    type: 'object',
    properties: { path: { type: 'string' }, mode: { enum: ['fast', 'slow'] }, key: { type: 'string', writeOnly: true }, deep: { type: 'object', properties: { pin: { type: 'string', 'x-sensitive': true } } } },
    required: ['path'],
  };

  beforeAll(async () => {
    await registry.provision('acme');
    await registry.http({ method: 'POST', url: '/api/agents', body: analyst });
    await tool({ name: 'reader', inputSchema });
  });

  it('are made with their defaults, told, and answered as they are read', async () => {
    const { id } = await tool({ name: 'defaulted' });
    const { status, body, headers } = await call('POST', 'defaulted');
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        enabled: true, orderIndex: 0, allowUse: true, requiresApproval: null, approval: null, usageLimit: -1, allowedParameters: null, deniedParameters: {}, parameterDefaults: {}, version: null,
        agent: 'secret_analyst', tool: 'defaulted', toolId: id, origin: 'api', liftsApproval: false,
      },
    });
    const read = await registry.http({ method: 'GET', url: String(headers.location) });
    expect(read).toMatchObject({ status: 200, body, headers: { etag: headers.etag } });
    const said = await eventually(() => {
      const [event] = told(id);
      expect(event).toBeDefined();
      return event;
    });
    expect(checkEvent(ToolRegistryChanged, said?.data)).toBeNull();
    expect(said?.data).toMatchObject({ id: `${body.agentId}:${id}`, object: { tenantId: 'demo', agentId: body.agentId, agentName: 'secret_analyst', toolId: id, usageLimit: -1 }, change: { object: 'assignment' } });
  });

  it('are made once, replaced whole and taken away', async () => {
    const { id } = await tool({ name: 'lifelong' });
    const made = await call('PUT', 'lifelong', { usageLimit: 3, orderIndex: 2 });
    expect(made).toMatchObject({ status: 201, body: { usageLimit: 3, orderIndex: 2 } });
    expect((await call('PUT', 'lifelong', { ...made.body, agentId: id })).body).toMatchObject({ status: 400, errors: [{ pointer: '/agentId' }] });
    expect((await call('POST', 'lifelong', {})).body).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await call('PUT', 'lifelong', made.body)).headers.etag).toBe(made.headers.etag);
    expect(await call('PUT', 'lifelong', { orderIndex: 2 })).toMatchObject({ status: 200, body: { usageLimit: -1, orderIndex: 2 } });
    expect((await call('PUT', 'lifelong', { usageLimit: 1 }, { headers: { 'if-match': String(made.headers.etag) } })).status).toBe(412);
    expect((await call('DELETE', 'lifelong', undefined, { headers: { 'if-match': String(made.headers.etag) } })).status).toBe(412);
    expect((await call('DELETE', 'lifelong')).status).toBe(204);
    expect((await call('DELETE', 'lifelong')).status).toBe(404);
    expect((await call('GET', 'lifelong')).status).toBe(404);
    expect((await call('PUT', 'lifelong', {}, { headers: { 'if-match': String(made.headers.etag) } })).status).toBe(412);
    await eventually(() => expect(told(id).map(({ data }) => data.deleted)).toEqual([false, false, true]));
    const revisions = told(id).map(({ data }) => data.revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  });

  it.each<[string, object, string[]]>([
    ['a parameter on the white-list that the tool has not', { allowedParameters: ['path', 'colour'] }, ['/allowedParameters/1']],
    ['a white-list without what the tool requires', { allowedParameters: ['mode'] }, ['/allowedParameters']],
    ['a default for what the tool has not', { parameterDefaults: { colour: 'red' } }, ['/parameterDefaults/colour']],
    ['a default that is denied', { parameterDefaults: { path: '/etc/passwd' }, deniedParameters: { path: ['/etc'] } }, ['/parameterDefaults/path']],
    ['a default that is denied in other words', { parameterDefaults: { path: '/tmp/../etc/passwd' }, deniedParameters: { path: [{ prefix: '/etc' }] } }, ['/parameterDefaults/path']],
    ['a default that breaks the schema', { parameterDefaults: { mode: 'leisurely' } }, ['/parameterDefaults/mode']],
    ['a default for a secret', { parameterDefaults: { key: 'hunter2' } }, ['/parameterDefaults/key']],
    ['a denied value of what the tool has not', { deniedParameters: { colour: ['red'] } }, ['/deniedParameters/colour']],
    ['a denied value of a secret', { deniedParameters: { key: ['hunter2'] } }, ['/deniedParameters/key']],
    ['a denied value of what holds a secret', { deniedParameters: { deep: [{ equals: {} }] } }, ['/deniedParameters/deep']],
    ['a pattern that is none', { deniedParameters: { path: ['/etc', { matches: '(' }] } }, ['/deniedParameters/path/1/matches']],
    ['a pattern that looks around', { deniedParameters: { path: [{ matches: '(?<=a)b' }] } }, ['/deniedParameters/path/0/matches']],
    ['a pattern that refers back', { deniedParameters: { path: [{ matches: '(a)\\1' }] } }, ['/deniedParameters/path/0/matches']],
    ['a version that does not exist', { version: '9.9.9' }, ['/version']],
    ['no use at all', { usageLimit: 0 }, ['/usageLimit']],
    ['terms of an approval that is not asked for', { requiresApproval: false, approval: { required: 1, expiresAfterMs: 1000 } }, ['/approval']],
    ['several faults at once', { usageLimit: 0, parameterDefaults: { colour: 1 } }, ['/parameterDefaults/colour', '/usageLimit']],
  ])('that contradict the tool or themselves are refused: %s', async (_title, body, pointers) => {
    const answer = await call('PUT', 'reader', body);
    expect({ status: answer.status, code: answer.body.code, pointers: answer.body.errors.map(({ pointer }) => pointer) }).toEqual({ status: 422, code: 'DEFINITION_INVALID', pointers });
  });

  it.each<[string, object]>([
    ['a white-list with what is required', { allowedParameters: ['path'] }],
    ['a white-list whose gap a default fills', { allowedParameters: ['mode'], parameterDefaults: { path: '/srv' } }],
    ['denied values in every form', { deniedParameters: { path: ['/etc', 'rm -rf', { prefix: '/root' }, { equals: '/' }, { contains: '..' }, { matches: '^/proc/\\d+' }], mode: ['slow'] } }],
    ['what is shown and never used', { allowUse: false, usageLimit: 0 }],
  ])('that fit are taken: %s', async (_title, body) => {
    expect(await call('PUT', 'reader', body)).toMatchObject({ body });
  });

  it('never hold a control tool', async () => {
    for (const name of ['finish', 'task_success', 'task_error']) {
      expect((await call('POST', name, {})).body).toMatchObject({ status: 422, code: 'DEFINITION_INVALID', errors: [{ detail: expect.stringContaining('control tool') }] });
    }
  });

  it('are held to the version that they pin', async () => {
    await tool({ name: 'pinned', inputSchema: { type: 'object', properties: { old: {} } } });
    await registry.http({ method: 'PUT', url: '/api/tools/pinned', body: { ...echo, name: 'pinned', inputSchema: { type: 'object', properties: { young: {} } } } });
    expect((await call('PUT', 'pinned', { version: '1.0.0', allowedParameters: ['old'] })).body.version).toBe('1.0.0');
    expect((await call('PUT', 'pinned', { version: '1.0.0', allowedParameters: ['young'] })).body.errors[0]?.pointer).toBe('/allowedParameters/0');
    expect((await call('PUT', 'pinned', { allowedParameters: ['young'] })).body.version).toBeNull();
  });

  it('lift the approval of a dangerous tool only by a tenant administrator’s word', async () => {
    const { id } = await tool({ name: 'saw', isDangerous: true });
    const builder = as('demo', 'builder');
    expect((await call('PUT', 'saw', { requiresApproval: false }, { caller: builder })).body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await call('PUT', 'saw', { requiresApproval: true }, { caller: builder })).body.liftsApproval).toBe(false);
    expect((await call('PUT', 'saw', { requiresApproval: false })).body.liftsApproval).toBe(true);
    await eventually(() => expect(told(id).map(({ data }) => data.change?.diff)).toEqual([
      [{ pointer: '', to: { agent: 'secret_analyst', tool: 'saw' } }, { pointer: '/requiresApproval', from: null, to: true }], [{ pointer: '/requiresApproval', from: true, to: false }],
    ]));
    expect((await call('PUT', 'saw', { requiresApproval: false, orderIndex: 3 }, { caller: builder })).body).toMatchObject({ orderIndex: 3, liftsApproval: true });
    expect((await call('PUT', 'reader', { requiresApproval: false }, { caller: builder })).body).toMatchObject({ requiresApproval: false, liftsApproval: false });
  });

  it('do not carry a lifted approval over to a tool that has become dangerous', async () => {
    const { id } = await tool({ name: 'harmless_yet' });
    await call('PUT', 'harmless_yet', { requiresApproval: false }, { caller: as('demo', 'builder') });
    await registry.http({ method: 'PUT', url: '/api/tools/harmless_yet', body: { ...echo, name: 'harmless_yet', isDangerous: true }, as: as('demo', 'builder') });
    expect((await call('GET', 'harmless_yet')).body).toMatchObject({ requiresApproval: null, liftsApproval: false });
    await eventually(() => expect(told(id).map(({ data }) => (data.object as AssignmentView).requiresApproval)).toEqual([false, null]));
  });

  it.each<[string, string, string]>([
    ['is being deleted', `update registry.tools set deleted_at = now() where name = $1`, 'TOOL_NOT_FOUND'],
    ['is just becoming dangerous', `update registry.tool_versions set definition = (definition::jsonb || '{"isDangerous":true}')::json where tool_id = (select id from registry.tools where name = $1)`, 'FORBIDDEN'],
  ])('see a tool that %s, however close it is', async (title, change, code) => {
    const name = title.replaceAll(/\W/g, '_');
    await tool({ name });
    const answer = await registry.database.database.asWorker(async (tx) => {
      await tx.query('select from registry.tools where name = $1 for update', [name]);
      const waiting = call('PUT', name, { requiresApproval: false }, { caller: as('demo', 'builder') });
      const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await eventually(async () => expect(await registry.database.query(blocked)).not.toHaveLength(0));
      // As the superuser, where no role of ours may do it.
      await (code === 'FORBIDDEN' ? registry.database.query(change, [name]) : tx.query(change, [name]));
      return { waiting };
    });
    expect((await answer.waiting).body.code).toBe(code);
    expect(await registry.database.query(`select from registry.assignments a join registry.tools t on t.id = a.tool_id where t.name = $1`, [name])).toEqual([]);
  });

  it('keep a parameter from becoming a secret while they hold a value of it in the clear', async () => {
    const schema = (password: object) => ({ type: 'object', properties: { password: { type: 'string', ...password }, other: { type: 'string' } } });
    await tool({ name: 'lockable', inputSchema: schema({}) });
    await call('PUT', 'lockable', { parameterDefaults: { password: 'hunter2' }, deniedParameters: { other: ['x'] } });
    const lock = (password: object) => registry.http<Answer>({ method: 'PUT', url: '/api/tools/lockable', body: { ...echo, name: 'lockable', inputSchema: schema(password) } });
    const refused = await lock({ writeOnly: true });
    expect(refused.body).toMatchObject({ status: 422, code: 'DEFINITION_INVALID', errors: [{ pointer: '/inputSchema', detail: expect.stringContaining('"password"') }] });
    expect(JSON.stringify(refused.body)).not.toContain('hunter2');
    expect((await lock({ minLength: 1 })).status).toBe(200);
    await call('PUT', 'lockable', { deniedParameters: { other: ['x'] } });
    expect((await lock({ writeOnly: true })).status).toBe(200);
    expect((await call('PUT', 'lockable', { parameterDefaults: { password: 'hunter2' } })).status).toBe(422);
  });

  it('of a global agent type are the platform’s, and hold global tools alone', async () => {
    await registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name: 'everyones', scope: 'global' }, as: ADMIN });
    const { id } = await tool({ name: 'shared', scope: 'global' }, ADMIN);
    await tool({ name: 'shared' });
    expect((await call('POST', 'shared', {}, { agent: 'everyones' })).status).toBe(403);
    expect((await call('POST', 'reader', {}, { agent: 'everyones', caller: ADMIN })).body.code).toBe('TOOL_NOT_FOUND');
    expect((await call('POST', 'shared', {}, { agent: 'everyones', caller: ADMIN })).body.toolId).toBe(id);
    expect((await call('GET', 'shared', undefined, { agent: 'everyones', caller: as('acme') })).body.toolId).toBe(id);
    await eventually(() => expect(told(id)[0]).toMatchObject({ tenantid: '*', data: { object: { tenantId: null } } }));
  });

  it('go with a tool that goes, from every tenant and every toolkit', async () => {
    const { id } = await tool({ name: 'doomed', scope: 'global' }, ADMIN);
    await registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name: 'acme_agent' }, as: as('acme') });
    await call('POST', 'doomed');
    await call('POST', 'doomed', {}, { agent: 'acme_agent', caller: as('acme') });
    await registry.http({ method: 'PUT', url: '/api/toolkits/basic_tools/tools/doomed', as: as('acme') });
    expect((await registry.http({ method: 'DELETE', url: '/api/tools/doomed', as: ADMIN })).status).toBe(204);
    expect(await registry.database.query('select from registry.assignments where tool_id = $1', [id])).toEqual([]);
    expect((await registry.http<{ tools: string[] }>({ method: 'GET', url: '/api/toolkits/basic_tools', as: as('acme') })).body.tools).not.toContain('doomed');
    await eventually(() => expect(told(id).filter(({ data }) => data.deleted).map(({ tenantid }) => tenantid).sort()).toEqual(['acme', 'demo']));
    const kit = registry.published(ToolRegistryChanged).filter(({ tenantid, data }) => tenantid === 'acme' && data.kind === 'toolkit').at(-1);
    expect((kit?.data.object as { tools: string[] }).tools).not.toContain(id);
  });

  it('lose no update to each other', async () => {
    await tool({ name: 'contended' });
    await Promise.all(Array.from({ length: 8 }, (_, orderIndex) => call('PUT', 'contended', { orderIndex })));
    const { toolId, orderIndex } = (await call('GET', 'contended')).body;
    const last = await eventually(() => {
      expect(told(toolId)).toHaveLength(8);
      return [...told(toolId)].sort((a, b) => a.data.revision - b.data.revision).at(-1);
    });
    expect((last?.data.object as AssignmentView).orderIndex).toBe(orderIndex);
  });

  it.each([{ tenantId: 'acme' }, { agentId: 'x', nonsense: 1 }, { deniedParameters: { path: [{ prefix: '/', equals: 1 }] } }])('refuse what is not theirs: %j', async (body) => {
    expect([400, 422]).toContain((await call('POST', 'reader', body)).status);
    expect((await call('PUT', 'no_such_tool', {})).body.code).toBe('TOOL_NOT_FOUND');
    expect((await call('PUT', 'reader', {}, { agent: 'nobody' })).body.code).toBe('NOT_FOUND');
  });
});
