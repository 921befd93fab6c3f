import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { REQUESTED, type System } from '../support/system.js';

/** Stands in every name and text of the owner's things, so that it is seen wherever it comes to light. */
export const MARK = 'owners-secret';
export const OWNER = 'isolation-owner';
export const STRANGER = 'isolation-stranger';

/** One of each kind of thing that a tenant has, in each form in which it is named: its id, its name. */
export interface Things {
  readonly tool: readonly string[];
  readonly toolkit: readonly string[];
  readonly agent: readonly string[];
  readonly playbook: readonly string[];
  readonly tenant: readonly string[];
  readonly key: readonly string[];
  readonly execution: readonly string[];
  readonly approval: readonly string[];
  readonly exception: readonly string[];
  readonly run: readonly string[];
  readonly step: readonly string[];
  readonly deadLetter: readonly string[];
  readonly breaker: readonly string[];
}
export type Kind = keyof Things;

/** Of the same forms, and nobody's. */
export const NOBODYS: Things = (() => {
  const id = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
  return {
    tool: [id, 'nobodys-tool'],
    toolkit: [id, 'nobodys-toolkit'],
    agent: [id, 'nobodys-agent'],
    playbook: [id, 'nobodys-playbook'],
    tenant: ['nobodys-tenant'],
    key: [id],
    execution: [id],
    approval: [id],
    exception: [id],
    run: [id],
    step: ['nobodys-step'],
    deadLetter: [id],
    breaker: [`nobodys-tenant:${id}:0123456789abcdef`],
  };
})();

type Body = Readonly<Record<string, unknown>>;

/** Makes one of everything for a tenant, over the API and the event log, as its users do. */
export async function makeThings(api: Api, system: System, tenant: string, mark: string): Promise<Things> {
  const made = async (path: string, body: Body, expected = 201): Promise<Body> => {
    const answer = await api.post(path, body);
    if (answer.status !== expected) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const idOf = ({ id }: Body): string => String(id);
  const name = (what: string): string => `${mark}-${what}`;
  const definition = { description: `${mark} of a tool`, category: 'test', type: 'dummy', inputSchema: { type: 'object' } };
  const tool = await made('/api/tools', { ...definition, name: name('tool') });
  await api.call('PUT', `/api/tools/${name('tool')}`, { body: { ...definition, name: name('tool'), description: `${mark}, second` } });
  await made('/api/tools', { ...definition, name: name('dangerous'), isDangerous: true });
  const toolkit = await made('/api/toolkits', { name: name('toolkit'), description: mark, tools: [name('tool')] });
  const agent = await made('/api/agents', { name: name('agent'), displayName: mark, model: mark, systemPrompt: mark });
  await made(`/api/agents/${name('agent')}/tools/${name('tool')}`, {});
  const key = await made(`/api/tenants/${tenant}/keys`, { name: mark, type: 'service', roles: ['viewer'] });
  const exception = await made('/api/exceptions', { title: mark, description: mark, severity: 'low', source: mark });
  const playbook = await made('/api/playbooks', { name: name('playbook'), description: mark, steps: [{ id: name('step'), title: mark, type: 'manual' }] });
  const run = await made(`/api/exceptions/${idOf(exception)}/playbooks/${idOf(playbook)}/start`, {});
  const execution = await executed(api, name('tool'), mark);
  const awaiting = await executed(api, name('dangerous'), mark);
  const approval = await approvalOf(api, idOf(awaiting));
  return {
    tool: [idOf(tool), name('tool')],
    toolkit: [idOf(toolkit), name('toolkit')],
    agent: [idOf(agent), name('agent')],
    playbook: [idOf(playbook), name('playbook')],
    tenant: [tenant],
    key: [idOf(key)],
    execution: [idOf(execution)],
    approval: [approval],
    exception: [idOf(exception)],
    run: [idOf(run)],
    step: [name('step')],
    deadLetter: [await parked(api, system, tenant, mark)],
    breaker: [`${tenant}:${idOf(tool)}:0123456789abcdef`],
  };
}

async function executed(api: Api, tool: string, mark: string): Promise<Body> {
  const { status, body } = await api.post(`/api/tools/${tool}/execute`, { payload: { mark }, sessionId: mark, correlationId: mark }, { prefer: 'wait=20' });
  if (status !== 200 && status !== 202) throw new Error(`executing ${tool} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function approvalOf(api: Api, executionId: string): Promise<string> {
  let found = '';
  await eventually(async () => {
    const { body } = await api.get(`/api/approvals?executionId=${executionId}`);
    found = String((body['items'] as Body[] | undefined)?.[0]?.['id'] ?? '');
    return found !== '';
  });
  return found;
}

/** The same id with other content: it is parked, under the tenant. */
async function parked(api: Api, { log }: System, tenant: string, mark: string): Promise<string> {
  const request = (text: string): string =>
    JSON.stringify({
      specversion: '1.0', id: mark, source: `/${mark}`, type: 'ToolExecutionRequested', tenantid: tenant,
      data: { tool: `${mark}-tool`, payload: { text }, actor: { type: 'service', id: mark } },
    });
  await log.publish(REQUESTED, [request('first')]);
  await log.publish(REQUESTED, [request('second')]);
  let found = '';
  await eventually(async () => {
    const { body } = await api.get('/api/dead-letters');
    found = String((body['items'] as Body[] | undefined)?.[0]?.['id'] ?? '');
    return found !== '';
  });
  return found;
}
