import type { ToolBody } from '@toolplane/contracts/documents';
import type { Api } from '../api.js';
import { DEMO_TENANT, demoTools } from './index.js';

/** Makes the demo tenant and its tools over the public API, as a user would; what is there already and the same is left alone. */
export async function provisionDemo(api: Api, sandboxUrl: string): Promise<void> {
  const tenant = await api.call('POST', '/api/tenants', DEMO_TENANT);
  if (tenant.status !== 201 && tenant.status !== 409) throw tenant.unexpected();
  await Promise.all(demoTools(sandboxUrl).map((tool) => provisionTool(api, tool)));
}

async function provisionTool(api: Api, tool: ToolBody): Promise<void> {
  const created = await api.call('POST', '/api/tools', tool);
  if (created.status === 201) return;
  if (created.status !== 409) throw created.unexpected();
  const found = await api.call('GET', `/api/tools/${tool.name}`);
  if (found.status !== 200) throw found.unexpected();
  // The sandbox may have moved to another port since.
  if (urlOf(found.body) === tool.endpoint?.url) return;
  const replaced = await api.call('PUT', `/api/tools/${tool.name}`, tool);
  if (replaced.status !== 200) throw replaced.unexpected();
}

const urlOf = (body: unknown): string | undefined => (body as { endpoint?: { url?: string } }).endpoint?.url;
