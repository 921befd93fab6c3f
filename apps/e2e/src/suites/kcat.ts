import { spawnSync } from 'node:child_process';
import { requestEvent, COMPLETED, REQUESTED, terminal, type System } from '../support/system.js';

/** The lines of the README with kcat itself, where it is installed. */
export function describeKcat(system: System, installed: boolean): void {
  (installed ? describe : describe.skip)('kcat', () => {
    it('publishes a request and reads its answer', async () => {
      const broker = system.ready.brokers[0] ?? '';
      const { value, executionId } = requestEvent();
      expect(spawnSync('kcat', ['-P', '-b', broker, '-t', REQUESTED], { input: `${value}\n` }).status).toBe(0);
      await terminal(system, executionId);
      const read = spawnSync('kcat', ['-C', '-b', broker, '-t', COMPLETED, '-e', '-q'], { encoding: 'utf8' });
      expect(read.stdout).toContain(executionId);
    });
  });
}
