import type { RegistryTool } from '@toolplane/contracts/documents';
import type { ToolRegistryChanged } from '@toolplane/contracts/events';
import fc from 'fast-check';
import { ANALYSIS_ID, ECHO_ID, agentChanged, assignmentChanged, changed, sampleAgent, sampleTool, tenantChanged, toolChanged } from '../testing/sample.js';
import { RegistryProjection } from './registry-projection.js';

const projectionOf = (...events: readonly ToolRegistryChanged[]): RegistryProjection => {
  const projection = new RegistryProjection();
  for (const { tenantid, data } of events) projection.apply(tenantid, data);
  return projection;
};
const OTHER_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e20';

describe('the projection of the registry', () => {
  it('finds a tool by name and by id, for its tenant alone', () => {
    const projection = projectionOf(...toolChanged());
    for (const reference of ['echo', ECHO_ID, ECHO_ID.toUpperCase()]) {
      expect(projection.tool('demo', reference)?.id).toBe(ECHO_ID);
      expect(projection.tool('acme', reference)).toBeUndefined();
    }
    for (const reference of ['Echo', 'ech', '__proto__', '']) expect(projection.tool('demo', reference)).toBeUndefined();
  });

  it('finds a global tool for everybody, and the tenant’s own before it', () => {
    const projection = projectionOf(...toolChanged({ tenantId: null, id: OTHER_ID, scope: 'global' }), ...toolChanged());
    expect(projection.tool('acme', 'echo')?.id).toBe(OTHER_ID);
    expect(projection.tool('demo', 'echo')?.id).toBe(ECHO_ID);
    expect(projection.tool('demo', OTHER_ID)?.id).toBe(OTHER_ID);
  });

  it('finds no deleted tool, and the new one under its name', () => {
    const gone = [...toolChanged(), changed('demo', 'tool', ECHO_ID, sampleTool({ deleted: true }), { deleted: true })];
    expect(projectionOf(...gone).tool('demo', 'echo')).toBeUndefined();
    expect(projectionOf(...gone).tool('demo', ECHO_ID)).toBeUndefined();
    expect(projectionOf(...gone, ...toolChanged({ id: OTHER_ID })).tool('demo', 'echo')?.id).toBe(OTHER_ID);
  });

  it('finds a renamed tool by its new name alone', () => {
    const projection = projectionOf(...toolChanged(), ...toolChanged({ name: 'parrot' }));
    expect(projection.tool('demo', 'echo')).toBeUndefined();
    expect(projection.tool('demo', 'parrot')?.id).toBe(ECHO_ID);
  });

  it('keeps every version', () => {
    const projection = projectionOf(...toolChanged({ currentVersion: '1.1.0' }, [{ version: '1.0.0' }, { version: '1.1.0', timeoutMs: 5 }]));
    const tool = projection.tool('demo', 'echo') as RegistryTool;
    expect(['1.0.0', '1.1.0', '2.0.0'].map((version) => projection.version(tool, version)?.timeoutMs)).toEqual([30_000, 5, undefined]);
  });

  it('knows what a tenant has switched off for itself, until it takes that back', () => {
    const said = (enabled: boolean) => changed('demo', 'enablement', ECHO_ID, { tenantId: 'demo', toolId: ECHO_ID, enabled }, { deleted: enabled });
    expect(projectionOf(said(false)).isSwitchedOff('demo', ECHO_ID)).toBe(true);
    expect(projectionOf(said(false)).isSwitchedOff('acme', ECHO_ID)).toBe(false);
    expect(projectionOf(said(false), said(true)).isSwitchedOff('demo', ECHO_ID)).toBe(false);
  });

  it('finds an agent by its name: the tenant’s own first, a disabled one too, then the global one', () => {
    const global = agentChanged({ tenantId: null, id: OTHER_ID });
    const projection = projectionOf(global, agentChanged({ enabled: false }));
    expect(projection.agent('demo', 'analysis')).toMatchObject({ id: ANALYSIS_ID, enabled: false });
    expect(projection.agent('acme', 'analysis')?.id).toBe(OTHER_ID);
    for (const name of ['Analysis', ANALYSIS_ID, '__proto__']) expect(projection.agent('demo', name)).toBeUndefined();
    const gone = projectionOf(global, agentChanged(), agentChanged({ deleted: true }, { deleted: true }));
    expect(gone.agent('demo', 'analysis')?.id).toBe(OTHER_ID);
  });

  it('finds an assignment with the owner of its agent, until it is removed', () => {
    const own = sampleAgent();
    const global = sampleAgent({ tenantId: null });
    const projection = projectionOf(assignmentChanged({ usageLimit: 3 }));
    expect(projection.assignment(own, ECHO_ID)).toMatchObject({ usageLimit: 3, allowUse: true });
    expect(projection.assignment(own, OTHER_ID)).toBeUndefined();
    expect(projection.assignment(global, ECHO_ID)).toBeUndefined();
    expect(projectionOf(assignmentChanged({}, { tenantId: null })).assignment(global, ECHO_ID)).toBeDefined();
    const removed = () => changed('demo', 'assignment', `${ANALYSIS_ID}:${ECHO_ID}`, null, { deleted: true });
    expect(projectionOf(assignmentChanged(), removed()).assignment(own, ECHO_ID)).toBeUndefined();
    expect(projectionOf(assignmentChanged(), removed(), assignmentChanged()).assignment(own, ECHO_ID)).toBeDefined();
  });

  it('takes a tenant whose record is a tombstone for deleted', () => {
    const event = changed('demo', 'tenant', 'demo', { id: 'demo', displayName: '', status: 'active' }, { deleted: true });
    expect(projectionOf(event).tenant('demo')?.status).toBe('deleted');
  });

  it('ends in the same state, however late and however often it is told of a change', () => {
    const events = [
      tenantChanged('demo'), ...toolChanged(), tenantChanged('demo', 'suspended'), ...toolChanged({ enabled: false }), tenantChanged('demo'),
      ...toolChanged({ enabled: true, isDangerous: true }), changed('demo', 'enablement', ECHO_ID, { tenantId: 'demo', toolId: ECHO_ID, enabled: false }),
      agentChanged(), assignmentChanged(), agentChanged({ enabled: false }), assignmentChanged({}, {}, { deleted: true }), agentChanged(), assignmentChanged({ usageLimit: 5 }),
    ];
    const stateOf = (projection: RegistryProjection) => [
      projection.tenant('demo'), projection.tool('demo', 'echo'), projection.isSwitchedOff('demo', ECHO_ID), projection.agent('demo', 'analysis'),
      projection.assignment(sampleAgent(), ECHO_ID),
    ];
    const expected = stateOf(projectionOf(...events));
    const places = fc.array(fc.nat({ max: events.length - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(places, (again) => {
        const repeated = again.flatMap((place) => events[place] ?? []);
        expect(stateOf(projectionOf(...repeated, ...events, ...repeated))).toEqual(expected);
      }),
    );
  });

  it.each<[string, ToolRegistryChanged]>([
    ['a tool without its flags', changed('demo', 'tool', ECHO_ID, { ...sampleTool(), isDangerous: undefined })],
    ['a tenant of an unknown status', tenantChanged('demo', 'asleep')],
    ['an agent without a name', changed('demo', 'agent', ANALYSIS_ID, { ...sampleAgent(), name: undefined })],
    ['an assignment that allows a text', changed('demo', 'assignment', `${ANALYSIS_ID}:${ECHO_ID}`, { allowedParameters: 'all' })],
    ['nothing', changed('demo', 'tool_version', `${ECHO_ID}@1.0.0`, null)],
  ])('refuses %s, and takes what comes then', (_title, event) => {
    const projection = new RegistryProjection();
    expect(() => projection.apply(event.tenantid, event.data)).toThrow(expect.objectContaining({ code: 'EVENT_INVALID' }) as Error);
    for (const { tenantid, data } of [tenantChanged('demo'), ...toolChanged()]) projection.apply(tenantid, data);
    expect(projection.tool('demo', 'echo')?.id).toBe(ECHO_ID);
  });

  it('passes over kinds that no rule looks at', () => {
    expect(() => projectionOf(changed('demo', 'toolkit', 'x', { any: 'thing' }), changed('demo', 'ingress', 'x', null))).not.toThrow();
  });
});
