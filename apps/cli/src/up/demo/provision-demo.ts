import { setTimeout as sleep } from 'node:timers/promises';
import type { ToolBody } from '@toolplane/contracts/documents';
import type { Answer, Api } from '../api.js';
import { demoAgents, type DemoAgent } from './agents.js';
import { DEMO_TENANT, demoTools } from './index.js';
import { provisionPlaybook } from './provision-playbook.js';

const KNOWN_WITHIN_MS = 20_000;

/** Makes the demo tenant, its tools and agent types, an exception and a playbook over the public API, as a user would; what is there already and the same is left alone. */
export async function provisionDemo(api: Api, sandboxUrl: string): Promise<void> {
  const tenant = await api.call('POST', '/api/tenants', DEMO_TENANT);
  if (tenant.status !== 201 && tenant.status !== 409) throw tenant.unexpected();
  // One after the other: what is announced in this order is known in this order.
  for (const tool of demoTools(sandboxUrl)) await provisionTool(api, tool);
  for (const agent of demoAgents) await provisionAgent(api, agent);
  await decidable(api);
  await provisionPlaybook(api);
}

/** A request that is refused for its payload shows that the deciding service knows the tool, and leaves nothing behind. */
async function decidable(api: Api): Promise<void> {
  for (const deadline = Date.now() + KNOWN_WITHIN_MS; ; await sleep(50)) {
    const { status, unexpected } = await api.call('POST', '/api/tools/echo/execute', { payload: { text: 0 } });
    if (status === 422) return;
    if (status !== 404 || Date.now() > deadline) throw unexpected();
  }
}

/** A tool whose worker is not part of this deployment is shown all the same, switched off. */
async function createTool(api: Api, tool: ToolBody): Promise<Answer> {
  const created = await api.call('POST', '/api/tools', tool);
  return codeOf(created.body) === 'PROVIDER_NOT_DEPLOYED' ? api.call('POST', '/api/tools', { ...tool, enabled: false }) : created;
}

async function provisionAgent(api: Api, { agent, tools }: DemoAgent): Promise<void> {
  const made = [
    await api.call('POST', '/api/agents', agent),
    ...(await Promise.all(Object.entries(tools).map(([tool, terms]) => api.call('POST', `/api/agents/${agent.name}/tools/${tool}`, terms)))),
  ];
  for (const { status, unexpected } of made) if (status !== 201 && status !== 409) throw unexpected();
}

async function provisionTool(api: Api, tool: ToolBody): Promise<void> {
  const created = await createTool(api, tool);
  if (created.status === 201) return;
  if (created.status !== 409) throw created.unexpected();
  const found = await api.call('GET', `/api/tools/${tool.name}`);
  if (found.status !== 200) throw found.unexpected();
  // The sandbox may have moved to another port since.
  if (urlOf(found.body) === tool.endpoint?.url) return;
  const replaced = await api.call('PUT', `/api/tools/${tool.name}`, tool);
  if (replaced.status !== 200) throw replaced.unexpected();
}

const codeOf = (body: unknown): string | undefined => (body as { code?: string } | null)?.code;
const urlOf = (body: unknown): string | undefined => (body as { endpoint?: { url?: string } }).endpoint?.url;
