import { ToolControlChanged } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { Controls } from './controls.js';

type Data = ToolControlChanged['data'];
const said = (tenantid: string, kind: Data['kind'], target: Data['target'], on: boolean, revision = 1): ToolControlChanged => ({
  ...golden(ToolControlChanged, { kind, target, on, revision }),
  tenantid,
});
const call = { tenantId: 'demo', toolId: 'tool-1', agent: 'analysis' };

describe('what operators have stopped', () => {
  it.each([
    ['a kill switch of the tool', said('demo', 'kill_switch', { type: 'tool', id: 'tool-1' }, true), 'KILL_SWITCH'],
    ['one of everybody', said('*', 'kill_switch', { type: 'tool', id: 'tool-1' }, true), 'KILL_SWITCH'],
    ['one of the tenant', said('demo', 'kill_switch', { type: 'tenant', id: 'demo' }, true), 'KILL_SWITCH'],
    ['one of the agent', said('demo', 'kill_switch', { type: 'agent', id: 'analysis' }, true), 'KILL_SWITCH'],
    ['a disabled tool', said('demo', 'tool_disabled', { type: 'tool', id: 'tool-1' }, true), 'TOOL_DISABLED'],
    ['a suspended tenant', said('demo', 'tenant_suspended', { type: 'tenant', id: 'demo' }, true), 'TENANT_INACTIVE'],
    ['a deleted tenant', said('*', 'tenant_deleted', { type: 'tenant', id: 'demo' }, true), 'TENANT_INACTIVE'],
  ])('stops a call: %s', (_what, event, code) => {
    const controls = new Controls();
    controls.apply(event);
    expect(controls.refusal(call)).toMatchObject({ code, options: { effect: 'none' } });
    controls.apply({ ...event, data: { ...event.data, on: false, revision: 2 } });
    expect(controls.refusal(call)).toBeNull();
  });

  it.each([
    ['another tool', said('demo', 'kill_switch', { type: 'tool', id: 'tool-2' }, true)],
    ['another tenant’s switch', said('acme', 'kill_switch', { type: 'tool', id: 'tool-1' }, true)],
    ['an agent of another tenant', said('acme', 'kill_switch', { type: 'agent', id: 'analysis' }, true)],
    ['what is switched off', said('demo', 'kill_switch', { type: 'tool', id: 'tool-1' }, false)],
    ['a breaker', said('demo', 'breaker', { type: 'breaker', id: 'tool-1' }, true)],
  ])('lets a call go: %s', (_what, event) => {
    const controls = new Controls();
    controls.apply(event);
    expect(controls.refusal(call)).toBeNull();
    expect(controls.refusal({ ...call, agent: null })).toBeNull();
  });

  it('does not go back to what is older', () => {
    const controls = new Controls();
    const target = { type: 'tool', id: 'tool-1' } as const;
    expect(controls.apply(said('demo', 'kill_switch', target, true, 5))).toBe(true);
    expect(controls.apply(said('demo', 'kill_switch', target, false, 4))).toBe(false);
    expect(controls.refusal(call)).not.toBeNull();
  });
});
