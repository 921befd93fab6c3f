import { Compile } from 'typebox/compile';
import { checkTool } from './check-tool.js';
import { checkName, foldName } from './names.js';
import { completeTool, ToolBody, ToolDefinition } from './tool.js';
import { workerPart } from './worker-part.js';

const http = (endpoint: Partial<NonNullable<ToolBody['endpoint']>>, rest: Partial<ToolBody> = {}): ToolBody => ({
  name: 'get_user',
  description: 'Reads a user.',
  category: 'web',
  type: 'http',
  inputSchema: { type: 'object', properties: { id: { type: 'integer' }, note: { type: 'string' }, deep: { type: 'object' } }, required: ['id', 'deep'] },
  endpoint: { url: 'https://api.example.com/users/{id}', ...endpoint },
  ...rest,
});
const dummy: ToolBody = { name: 'echo', description: 'Says it again.', category: 'test', type: 'dummy', inputSchema: { type: 'object' } };

describe('a tool', () => {
  it('is complete with its defaults, and complete again is the same', () => {
    const complete = completeTool(dummy);
    expect(Compile(ToolDefinition).Check(complete)).toBe(true);
    expect(completeTool(complete)).toEqual(complete);
    expect(complete).toMatchObject({ scope: 'tenant', auth: { type: 'none' }, enabled: true, timeoutMs: 30_000, retry: { maxAttempts: 3, backoffMs: 500 }, dummy: {} });
  });

  it('refuses what is not a property of it', () => {
    expect(Compile(ToolBody).Check({ ...dummy, tenantId: 'other' })).toBe(false);
    expect(Compile(ToolBody).Check(dummy)).toBe(true);
  });

  it.each<[string, ToolBody, string[]]>([
    ['whole', http({}), []],
    ['with a fixed query', http({ url: 'https://api.example.com/users/{id}?v=2', query: { q: { $from: '/payload/note' }, page: 1 } }), []],
    ['without its endpoint', { ...dummy, type: 'http' }, ['/endpoint']],
    ['with the part of another type', { ...dummy, endpoint: { url: 'https://a.example' } }, ['/endpoint']],
    ['whose payload is no object', { ...dummy, inputSchema: { type: 'string' } }, ['/inputSchema/type']],
    ['with a placeholder nobody fills', http({ url: 'https://api.example.com/{nobody}' }), ['/endpoint/url']],
    ['with a placeholder that may be missing', http({ url: 'https://api.example.com/{note}' }), ['/endpoint/url']],
    ['with a placeholder that is no scalar', http({ url: 'https://api.example.com/{deep}' }), ['/endpoint/url']],
    ['with half a segment as placeholder', http({ url: 'https://api.example.com/u{id}' }), ['/endpoint/url']],
    ['with a host from the payload', http({ url: 'https://{id}.example.com/' }), ['/endpoint/url']],
    ['with credentials in its URL', http({ url: 'https://me:pw@api.example.com/' }), ['/endpoint/url']],
    ['with a way up in its path', http({ url: 'https://api.example.com/a/%2e%2e/b' }), ['/endpoint/url']],
    ['of another scheme', http({ url: 'file:///etc/passwd' }), ['/endpoint/url']],
    ['with a backslash', http({ url: 'https://api.example.com\\@evil.example/' }), ['/endpoint/url']],
    ['with a credential in its headers', http({ headers: { Authorization: 'Bearer x' } }), ['/endpoint/headers/Authorization']],
    ['with a header that splits', http({ headers: { 'X-A': 'a\r\nHost: b' } }), ['/endpoint/headers/X-A']],
    ['with a header of the connection', http({ headers: { host: 'b' } }), ['/endpoint/headers/host']],
    ['with a body on GET', http({ body: { a: 1 } }), ['/endpoint/body']],
    ['with a body that names an undeclared field', http({ method: 'POST', body: { a: { $from: '/payload/nothing' } } }), ['/endpoint/body/a/$from']],
    ['of type dummy with auth', { ...dummy, auth: { type: 'api_key', in: 'header', name: 'x-key', secretRef: 'a' } }, ['/auth']],
    ['failing with a code that does not exist', { ...dummy, dummy: { failure: { rate: 1, code: 'NOPE', retryable: false } } }, ['/dummy/failure/code']],
    ['with the name of a control tool', http({}, { name: 'finish', isDangerous: true }), ['/category', '/type', '/isDangerous']],
    ['that is a control tool', { ...dummy, name: 'finish', category: 'control' }, []],
  ])('%s is judged by what is wrong with it', (_title, tool, pointers) => {
    expect(checkTool(tool).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('names the worker that runs it and what that worker needs', () => {
    expect(workerPart(completeTool(dummy))).toEqual({ provider: 'dummy', spec: {} });
    expect(workerPart({ type: 'custom', implementation: 'calculator' })).toEqual({ provider: 'builtin', spec: { implementation: 'calculator' } });
    expect(workerPart({ type: 'http' })).toBeNull();
  });
});

describe('a name', () => {
  it.each(['0910f337-bcfe-5d40-bebe-04bd023aed9b', 'executions', 'Echo', 'a.b', '../a', 'ёcho', 'ec​ho', '-a', '', 'a'.repeat(256)])('%j is refused', (name) => {
    expect(checkName(name)).toHaveLength(1);
  });

  it('is the same name with - for _ and in another case', () => {
    expect(new Set(['task_success', 'task-success', 'TaskSuccess'].map(foldName)).size).toBe(1);
  });
});
