import { ECHO_ID, switched } from '../testing/sample.js';
import { ControlProjection } from './control-projection.js';

describe('the projection of the kill switches', () => {
  const apply = (...events: readonly ReturnType<typeof switched>[]): ControlProjection => {
    const projection = new ControlProjection();
    for (const { tenantid, data } of events) projection.apply(tenantid, data);
    return projection;
  };

  it('knows a tenant’s own switch, for that tenant alone', () => {
    const projection = apply(switched('demo', 'tool', ECHO_ID));
    expect([projection.isKilled('demo', 'tool', ECHO_ID), projection.isKilled('acme', 'tool', ECHO_ID), projection.isKilled('demo', 'agent', ECHO_ID)]).toEqual([true, false, false]);
  });

  it('knows the platform’s switch, for everybody', () => {
    const projection = apply(switched('*', 'tool', ECHO_ID));
    expect([projection.isKilled('demo', 'tool', ECHO_ID), projection.isKilled('acme', 'tool', ECHO_ID)]).toEqual([true, true]);
  });

  it('follows the newest word, whichever comes last', () => {
    const [on, off] = [switched('demo', 'tool', ECHO_ID), switched('demo', 'tool', ECHO_ID, false)];
    for (const projection of [apply(on, off), apply(on, off, on), apply(off, on)]) expect([projection.anyOn, projection.isKilled('demo', 'tool', ECHO_ID)]).toEqual([false, false]);
  });

  it('leaves other controls to those who run things', () => {
    const event = switched('demo', 'tool', ECHO_ID);
    expect(apply({ ...event, data: { ...event.data, kind: 'tool_disabled' } }).anyOn).toBe(false);
  });
});
