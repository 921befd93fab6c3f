import { ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, echo, testRegistry } from '../testing/test-registry.js';
import { LogWatch } from '@toolplane/service-kit';

/** Which log it is and whether it holds anything are the test's to say. */
class FakeLog {
  clusterId = 'first';
  end = 1n;
  ping = () => Promise.resolve();
  endOffsets = () => Promise.resolve([{ first: 0n, end: this.end }]);
  close = () => Promise.resolve();
}

/** What two tenants begin with: six tools with their versions, three of them off, and a toolkit. */
const DEFAULTS = 2 * (6 * 2 + 3 + 1);

describe('an event log that is made anew', () => {
  const log = new FakeLog();
  const registry = testRegistry({}, log);
  const everything = () => [...registry.published(ToolRegistryChanged), ...registry.published(ToolControlChanged)];

  it('is told the last of every object again, by the very same events', async () => {
    const { body } = await registry.http<{ id: string }>({ method: 'POST', url: '/api/tools', body: { ...echo, enabled: false } });
    await registry.http({ method: 'PUT', url: '/api/tools/echo', body: { ...echo, enabled: false, description: 'New.' } });
    await registry.http({ method: 'POST', url: '/api/tenants', body: { id: 'acme', displayName: 'Acme' }, as: ADMIN });
    const watch = registry.get(LogWatch);
    const before = await eventually(() => {
      expect(everything()).toHaveLength(7 + DEFAULTS);
      return everything();
    });
    expect(await watch.look()).toBe(0);

    log.clusterId = 'second';
    expect(await watch.look()).toBe(6 + DEFAULTS);
    const again = await eventually(() => {
      expect(everything()).toHaveLength(13 + 2 * DEFAULTS);
      return everything().filter((event, _, all) => all.filter(({ id }) => id === event.id).length === 2);
    });
    // All but the tool's first state, which the second took the place of.
    expect(new Set(again.map(({ id }) => id)).size).toBe(6 + DEFAULTS);
    for (const event of again) expect(before).toContainEqual(event);
    expect(again.filter(({ data }) => 'kind' in data && data.kind === 'tool' && 'id' in data && data.id === body.id)).toHaveLength(2);
    expect(await watch.look()).toBe(0);
  });

  it('is recognised by its emptiness where it kept its name', async () => {
    await eventually(async () => expect(await registry.database.query('select from registry.outbox')).toHaveLength(0));
    log.end = 0n;
    expect(await registry.get(LogWatch).look()).toBe(6 + DEFAULTS);
    log.end = 1n;
  });
});
