import type { Tool, ToolVersion } from '@toolplane/contracts/documents';
import { ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { as, echo, testRegistry } from '../testing/test-registry.js';

interface VersionPage { readonly items: ToolVersion[]; readonly next: string | null }

describe('the versions of a tool', () => {
  const registry = testRegistry();
  const text = { type: 'object', properties: { text: { type: 'string' } } };
  const put = async (name: string, body: object): Promise<Tool & { code?: string }> =>
    (await registry.http<Tool & { code?: string }>({ method: 'PUT', url: `/api/tools/${name}`, body: { ...echo, name, ...body } })).body;
  const make = (name: string, body: object = {}) => registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, name, ...body } });
  const versions = async (name: string): Promise<ToolVersion[]> => (await registry.http<VersionPage>({ method: 'GET', url: `/api/tools/${name}/versions` })).body.items;
  const rollback = (name: string, version: string, headers: Record<string, string> = {}) =>
    registry.http<Tool & { code?: string }>({ method: 'POST', url: `/api/tools/${name}/rollback`, body: { version }, headers });

  it('are counted by what a change does to those who call it', async () => {
    await make('counted');
    const numbers = [
      await put('counted', { description: 'Other words.' }),
      await put('counted', { description: 'Other words.', inputSchema: text }),
      await put('counted', { description: 'Other words.', inputSchema: { ...text, required: ['text'] } }),
      await put('counted', { description: 'Other words.', inputSchema: { ...text, required: ['text'] } }),
      await put('counted', { description: 'Other words.', inputSchema: { ...text, required: ['text'] }, timeoutMs: 5 }),
    ].map(({ version }) => version);
    expect(numbers).toEqual(['1.0.1', '1.1.0', '2.0.0', '2.0.0', '2.1.0']);
    const items = await versions('counted');
    expect(items.map(({ version, change, current }) => [version, change, current])).toEqual([
      ['2.1.0', 'compatible', true],
      ['2.0.0', 'breaking', false],
      ['1.1.0', 'compatible', false],
      ['1.0.1', 'metadata', false],
      ['1.0.0', null, false],
    ]);
    expect(items[1]?.diff).toEqual([{ pointer: '/inputSchema/required', change: 'breaking', to: ['text'] }]);
    expect(items.at(-1)).toMatchObject({ description: echo.description, diff: [], createdBy: { type: 'user', id: 'tester' } });
  });

  it('take the number that was asked for, once', async () => {
    await make('numbered', { version: '0.9.0' });
    expect((await put('numbered', { version: '3.0.0', timeoutMs: 1 })).version).toBe('3.0.0');
    expect((await put('numbered', { version: '0.9.0', timeoutMs: 2 })).code).toBe('CONFLICT');
    expect((await put('numbered', { version: '3.0.0', timeoutMs: 2 })).version).toBe('3.1.0');
    expect((await put('numbered', { version: '4.0.0', timeoutMs: 2 })).version).toBe('4.0.0');
    expect((await versions('numbered'))[0]).toMatchObject({ version: '4.0.0', change: 'metadata', diff: [] });
  });

  it('go back, and on from the highest there is', async () => {
    await make('rolled', { inputSchema: text });
    await put('rolled', { inputSchema: { ...text, required: ['text'] }, tags: ['new'] });
    const { id } = (await rollback('rolled', '1.0.0')).body;
    expect((await registry.http<Tool>({ method: 'GET', url: '/api/tools/rolled' })).body).toMatchObject({ version: '1.0.0', inputSchema: text, tags: [] });
    expect((await versions('rolled')).map(({ version, current }) => [version, current])).toEqual([['2.0.0', false], ['1.0.0', true]]);
    expect((await put('rolled', { inputSchema: text, description: 'On from here.' })).version).toBe('2.0.1');
    const said = await eventually(() => {
      const events = registry.published(ToolRegistryChanged).filter(({ data }) => data.kind === 'tool' && data.id === id);
      expect(events).toHaveLength(4);
      return events.map(({ data }) => [data.revision, (data.object as { currentVersion: string }).currentVersion] as const);
    });
    expect(said.map(([, version]) => version)).toEqual(['1.0.0', '2.0.0', '1.0.0', '2.0.1']);
    expect(said.map(([revision]) => revision)).toEqual(said.map(([revision]) => revision).sort((a, b) => a - b));
  });

  it('going back to where it stands changes nothing, to nowhere is refused', async () => {
    await make('still');
    const etag = String((await registry.http({ method: 'GET', url: '/api/tools/still' })).headers.etag);
    expect((await rollback('still', '1.0.0')).headers.etag).toBe(etag);
    expect((await rollback('still', '7.0.0')).body.code).toBe('TOOL_VERSION_NOT_FOUND');
    expect((await rollback('still', '1.0.0', { 'if-match': '"other"' })).body.code).toBe('PRECONDITION_FAILED');
    expect((await rollback('nothing', '1.0.0')).body.code).toBe('TOOL_NOT_FOUND');
  });

  it('come page by page', async () => {
    await make('paged');
    for (const timeoutMs of [1, 2, 3]) await put('paged', { timeoutMs });
    const first = (await registry.http<VersionPage>({ method: 'GET', url: '/api/tools/paged/versions?limit=3' })).body;
    const second = (await registry.http<VersionPage>({ method: 'GET', url: `/api/tools/paged/versions?limit=3&cursor=${first.next}` })).body;
    expect([...first.items, ...second.items].map(({ version }) => version)).toEqual(['1.3.0', '1.2.0', '1.1.0', '1.0.0']);
    expect(second.next).toBeNull();
  });

  it('of the number before stay what they were, whoever asks', async () => {
    await make('kept');
    const [before] = await versions('kept');
    await put('kept', { description: 'Changed.' });
    expect((await versions('kept')).at(-1)).toEqual({ ...before, current: false });
    expect((await registry.http({ method: 'GET', url: '/api/tools/kept/versions', as: as('acme') })).status).toBe(404);
  });
});
