import type { ToolControlChanged } from '@toolplane/contracts/events';
import { sha256 } from '@toolplane/security/chain';
import { Gates } from './gates.js';

type Controlled = ToolControlChanged['data'];
let revision = 0;
const control = (kind: Controlled['kind'], type: Controlled['target']['type'], id: string, rest: Partial<Controlled> = {}): Controlled => ({
  kind, target: { type, id }, on: true, state: null, reason: 'test', revision: ++revision, changedBy: null, ...rest,
});
const ORIGIN = 'https://api.example.com';
const passing = { tenantId: 'demo', tool: { id: 'tool-1', spec: { url: `${ORIGIN}/v1/users/{id}` } }, agent: 'analysis' };
const breaker = `demo:tool-1:${sha256(ORIGIN).slice(0, 16)}`;

describe('the gates', () => {
  it('are open while nobody has closed one', () => {
    expect(new Gates().refusalOf(passing)).toBeNull();
  });

  it.each<[string, string, Controlled, string]>([
    ['the kill switch of a tool', 'demo', control('kill_switch', 'tool', 'tool-1'), 'KILL_SWITCH'],
    ['the kill switch of an agent', 'demo', control('kill_switch', 'agent', 'analysis'), 'KILL_SWITCH'],
    ['the kill switch of a tenant', 'demo', control('kill_switch', 'tenant', 'demo'), 'KILL_SWITCH'],
    ['one for everybody', '*', control('kill_switch', 'tool', 'tool-1'), 'KILL_SWITCH'],
    ['a disabled tool', 'demo', control('tool_disabled', 'tool', 'tool-1'), 'TOOL_DISABLED'],
    ['a suspended tenant', 'demo', control('tenant_suspended', 'tenant', 'demo'), 'TENANT_INACTIVE'],
    ['a deleted tenant', '*', control('tenant_deleted', 'tenant', 'demo'), 'TENANT_INACTIVE'],
    ['a breaker that is forced open', 'demo', control('breaker', 'breaker', breaker, { state: 'open' }), 'PROVIDER_CIRCUIT_OPEN'],
  ])('%s stops it, until it is released', (_title, tenantId, closed, code) => {
    const gates = new Gates();
    gates.apply(tenantId, closed);
    expect(gates.refusalOf(passing)).toMatchObject({ code, effect: 'none' });
    gates.apply(tenantId, { ...closed, on: false, revision: ++revision });
    expect(gates.refusalOf(passing)).toBeNull();
  });

  it.each<[string, string, Controlled]>([
    ['another tool', 'demo', control('kill_switch', 'tool', 'tool-2')],
    ['another tenant’s switch', 'acme', control('kill_switch', 'tool', 'tool-1')],
    ['an agent of another name', 'demo', control('kill_switch', 'agent', 'other')],
    ['a tool called like the agent', 'demo', control('kill_switch', 'tool', 'analysis')],
    ['a breaker that is forced closed', 'demo', control('breaker', 'breaker', breaker, { state: 'closed' })],
    ['a breaker that lets one call through', 'demo', control('breaker', 'breaker', breaker, { state: 'probe' })],
    ['the breaker of another origin', 'demo', control('breaker', 'breaker', `demo:tool-1:${sha256('https://other.example').slice(0, 16)}`, { state: 'open' })],
  ])('%s does not', (_title, tenantId, closed) => {
    const gates = new Gates();
    gates.apply(tenantId, closed);
    expect(gates.refusalOf(passing)).toBeNull();
  });

  it('pass over what is older than what they know', () => {
    const gates = new Gates();
    const [off, on] = [control('kill_switch', 'tool', 'tool-1', { on: false, revision: 9 }), control('kill_switch', 'tool', 'tool-1', { revision: 8 })];
    for (const each of [off, on, off]) gates.apply('demo', each);
    expect(gates.refusalOf(passing)).toBeNull();
  });

  it('know no agent where none is named, and no breaker where nothing is called', () => {
    const gates = new Gates();
    gates.apply('demo', control('kill_switch', 'agent', 'null'));
    gates.apply('demo', control('breaker', 'breaker', `demo:tool-1:${sha256('').slice(0, 16)}`, { state: 'open' }));
    expect(gates.refusalOf({ ...passing, agent: null, tool: { id: 'tool-1', spec: {} } })).toBeNull();
  });
});
