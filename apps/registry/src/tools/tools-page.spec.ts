import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Tool, ToolBody, TOOL_SERVER_FIELDS, type Tool as ToolAnswer } from '@toolplane/contracts/documents';
import { testRegistry } from '../testing/test-registry.js';

const PAGE = readFileSync('docs/tools.md', 'utf8');
const blocks = (mark: string): { text: string; after: string }[] =>
  [...PAGE.matchAll(new RegExp('```json ' + mark + '\\n([^]*?)```\\n\\n? *([^\\n]*)', 'g'))].map(([, text = '', after = '']) => ({ text, after }));

const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-page-'));
const secret = (origin: string) => ({ tenants: ['demo'], origins: [origin], from: { env: 'NOWHERE' } });
writeFileSync(path.join(folder, 'secrets.json'), JSON.stringify({ 'weather-api-key': secret('https://api.weather.example.com'), 'crm-client': secret('https://crm.example.com') }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/tools.md', () => {
  const registry = testRegistry({ SECRETS_FILE: path.join(folder, 'secrets.json') });

  it('has every field of a tool, and none that is not', () => {
    const table = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect([...table].sort()).toEqual(Object.keys(ToolBody.properties).sort());
    for (const field of TOOL_SERVER_FIELDS) expect(PAGE).toContain(`\`${field}\``);
    expect(Object.keys(Tool.properties).filter((name) => !table.includes(name) && !(TOOL_SERVER_FIELDS as readonly string[]).includes(name))).toEqual([]);
  });

  it.each(['/api/tools', '/api/v2/tools'])('shows tools that are taken as they stand, at %s', async (where) => {
    const names: string[] = [];
    for (const { text } of blocks('tool')) {
      const body = JSON.parse(text) as ToolBody;
      const { status, body: made, headers } = await registry.http<ToolAnswer & { errors?: unknown }>({ method: 'POST', url: where, body });
      expect({ name: body.name, status, errors: made.errors }).toEqual({ name: body.name, status: 201 });
      const { version, ...rest } = body;
      expect(made).toMatchObject(rest);
      expect(made.version).toBe(version ?? '1.0.0');
      expect(headers).toMatchObject({ etag: expect.any(String) as string, location: `/api/tools/${made.id}` });
      expect((await registry.http<ToolAnswer>({ method: 'GET', url: `${where}/${body.name}` })).body).toEqual(made);
      names.push(body.name);
    }
    expect(names.length).toBeGreaterThan(7);
    const types = new Set(blocks('tool').map(({ text }) => (JSON.parse(text) as ToolBody).type));
    expect([...types].sort()).toEqual(['builtin', 'dummy', 'http', 'mcp']);
    for (const name of names) expect((await registry.http({ method: 'DELETE', url: `${where}/${name}` })).status).toBe(204);
  });

  it('shows what is refused, with the status and the places that it says', async () => {
    expect(blocks('refused').length).toBeGreaterThan(2);
    for (const { text, after } of blocks('refused')) {
      const [status, ...pointers] = after.trim().split(/\s+/);
      const answer = await registry.http<{ errors: { pointer: string }[] }>({ method: 'POST', url: '/api/tools', body: JSON.parse(text) });
      expect({ status: String(answer.status), pointers: answer.body.errors.map(({ pointer }) => pointer) }).toEqual({ status, pointers });
    }
  });
});
