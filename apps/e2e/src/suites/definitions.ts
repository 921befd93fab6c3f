import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../support/system.js';

const WITHIN_MS = 1_000;
const ROUNDS = 5;

/** A definition is data: what is changed now is what is decided by in a moment. */
export function describeDefinitions(system: System): void {
  describe('a change of a definition', () => {
    const name = 'changing_tool';
    const definition = (required: string) => ({
      name,
      description: `Needs ${required}.`,
      category: 'test',
      type: 'dummy',
      inputSchema: { type: 'object', required: [required], properties: { [required]: { type: 'integer' } }, additionalProperties: false },
    });
    /** Whether the tool takes a payload with this field now. */
    const takes = async (field: string): Promise<boolean> => {
      const { body } = await system.api.post(`/api/tools/${name}/validate`, { payload: { [field]: 1 } });
      return body['allowed'] === true;
    };
    const untilTakes = async (field: string): Promise<number> => {
      const from = performance.now();
      while (!(await takes(field))) {
        if (performance.now() - from > 10_000) throw new Error(`${field} is not taken after ten seconds`);
        await sleep(5);
      }
      return Math.round(performance.now() - from);
    };
    const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

    it('is what validation decides by within a second, and so is a rollback', async () => {
      expect((await system.api.post('/api/tools', definition('v0'))).status).toBe(201);
      const changes = [await untilTakes('v0')];
      const rollbacks: number[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        await system.api.call('PUT', `/api/tools/${name}`, { body: definition(`v${round}`) });
        changes.push(await untilTakes(`v${round}`));
        await system.api.post(`/api/tools/${name}/rollback`, { version: '1.0.0' });
        rollbacks.push(await untilTakes('v0'));
      }
      process.stdout.write(
        `  a change is decided by after ${median(changes)} ms (longest ${Math.max(...changes)}), a rollback after ${median(rollbacks)} ms (longest ${Math.max(...rollbacks)})\n`,
      );
      expect(Math.max(...changes, ...rollbacks)).toBeLessThan(WITHIN_MS);
      const { body } = await system.api.post(`/api/tools/${name}/execute`, { payload: { v0: 1 } }, { prefer: 'wait=10' });
      expect(body).toMatchObject({ status: 'succeeded', toolVersion: '1.0.0' });
    }, 60_000);

    it('is what an agent loads at once', async () => {
      await system.api.post('/api/agents', { name: 'changing_agent', displayName: 'c', model: 'm', systemPrompt: 's' });
      await system.api.post(`/api/agents/changing_agent/tools/${name}`, {});
      for (const text of ['First.', 'Second.']) {
        await system.api.call('PUT', `/api/tools/${name}`, { body: { ...definition('v0'), description: text } });
        const { body } = await system.api.get('/api/agents/changing_agent/tools?format=anthropic');
        expect((body['items'] as { name: string; description: string }[])[0]).toMatchObject({ name, description: text });
      }
    });
  });
}
