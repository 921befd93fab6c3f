import type { Tool } from '@toolplane/contracts/documents';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';

interface ToolPage { readonly items: Tool[]; readonly next: string | null }

describe('the list of tools', () => {
  const registry = testRegistry();
  const list = (query: string, caller = as('demo')) => registry.http<ToolPage>({ method: 'GET', url: `/api/tools${query}`, as: caller });
  /** Without what every tenant begins with. */
  const made = (items: readonly Tool[]): string[] => items.map(({ name }) => name).filter((name) => /^[a-z]_/.test(name));
  const names = async (query: string, caller = as('demo')): Promise<string[]> => made((await list(query, caller)).body.items);

  beforeAll(async () => {
    await registry.provision('acme');
    const make = (body: object, caller = as('demo')) => registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, ...body }, as: caller });
    await make({ name: 'b_global', scope: 'global', category: 'web', tags: ['x'] }, ADMIN);
    await make({ name: 'a_own', description: '100% _own_' });
    await make({ name: 'c_off', enabled: false, tags: ['x', 'y'] });
    await make({ name: 'd_http', type: 'http', endpoint: { url: 'https://api.example.com/' }, category: 'web' });
    await make({ name: 'z_acme' }, as('acme'));
    await registry.http({ method: 'PUT', url: '/api/tools/b_global/enablement', body: { enabled: false }, as: as('acme') });
  });

  it.each<[string, string[]]>([
    ['', ['a_own', 'b_global', 'c_off', 'd_http']],
    ['?scope=global', ['b_global']],
    ['?scope=tenant', ['a_own', 'c_off', 'd_http']],
    ['?status=disabled', ['c_off']],
    ['?status=enabled', ['a_own', 'b_global', 'd_http']],
    ['?status=enabled&status=disabled', ['a_own', 'b_global', 'c_off', 'd_http']],
    ['?type=http', ['d_http']],
    ['?type=http&type=dummy&category=web', ['b_global', 'd_http']],
    ['?tag=y&tag=x', ['b_global', 'c_off']],
    ['?q=OWN', ['a_own']],
    ['?q=100%25%20_', ['a_own']],
    ['?q=%25', ['a_own']],
  ])('with %j shows %j', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('shows a tenant its own and the global ones, as they are switched for it', async () => {
    expect(await names('', as('acme'))).toEqual(['b_global', 'z_acme']);
    expect(await names('?status=disabled', as('acme'))).toEqual(['b_global']);
  });

  it('goes through all of it page by page', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 20; pages += 1) {
      const { body } = await list(`?limit=1${cursor}`);
      seen.push(...made(body.items));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toEqual(['a_own', 'b_global', 'c_off', 'd_http']);
  });

  it.each(['?limit=0', '?limit=201', '?limit=x', '?cursor=bad', '?scope=mine', '?status=on', '?nonsense=1', '?type=shell'])('refuses %j', async (query) => {
    expect((await list(query)).status).toBe(400);
  });
});
