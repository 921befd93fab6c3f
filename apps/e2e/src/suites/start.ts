import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { request } from 'undici';
import { processesOf, serviceProcess } from '../support/processes.js';
import { requestEvent, REQUESTED, terminal, type System } from '../support/system.js';

const SERVICES = ['gateway', 'registry', 'validation', 'execution', 'audit', 'playbook', 'provider-dummy', 'provider-http'];

/** What one start promises. */
export function describeStart(system: System): void {
  describe('a start', () => {
    it('shows one request on its way and ends with the line that scripts wait for', () => {
      const { instance, ready } = system;
      expect(instance.output.join('\n')).toMatch(/requested[\s\S]+decided +allowed[\s\S]+completed/);
      expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(Object.keys(ready.metrics).sort()).toEqual([...SERVICES].sort());
      expect(ready.brokers).toHaveLength(ready.eventLog === 'kafka' ? 1 : 0);
    });

    it('runs each service as a process of its own that writes its own log', () => {
      for (const service of SERVICES) {
        expect(serviceProcess(system.instance.dataDir, service)).toBeDefined();
        expect(existsSync(path.join(system.instance.dataDir, 'logs', `${service}.log`))).toBe(true);
      }
    });

    it('has metrics of each service', async () => {
      for (const url of Object.values(system.ready.metrics)) {
        const { statusCode, body } = await request(url);
        expect(statusCode).toBe(200);
        expect(await body.text()).toContain('# TYPE');
      }
    });

    it('keeps its secrets to itself, and out of every log', () => {
      const { dataDir, adminKey } = system.instance;
      expect(statSync(path.join(dataDir, 'admin-key')).mode & 0o077).toBe(0);
      for (const service of SERVICES) {
        const log = readFileSync(path.join(dataDir, 'logs', `${service}.log`), 'utf8');
        expect(log).not.toContain(adminKey);
        expect(log).not.toContain(readFileSync(path.join(dataDir, 'secrets/sandbox-api-key'), 'utf8').trim());
      }
    });
  });
}

/** SIGTERM and a second start; `again` starts on the same folder. To be called last: the system is another one afterwards. */
export function describeRestart(system: System, again: () => Promise<void>): void {
  describe('SIGTERM', () => {
    it('stops every process within ten seconds, and a second start is ready in seconds, on its old ports, with all it knew', async () => {
      const before = system.ready;
      const { value, executionId } = requestEvent();
      await system.log.publish(REQUESTED, [value]);
      await terminal(system, executionId);
      await Promise.all([system.log.close(), system.api.close()]);
      const { tookMs, left, exitCode } = await system.instance.stop();
      expect({ left, exitCode }).toEqual({ left: [], exitCode: 0 });
      expect(tookMs).toBeLessThan(10_000);
      expect(processesOf(system.instance.dataDir)).toEqual([]);

      await again();
      expect(system.ready).toEqual(before);
      expect((await system.api.get(`/api/tools/executions/${executionId}`)).body).toMatchObject({ status: 'succeeded' });
    });
  });
}
