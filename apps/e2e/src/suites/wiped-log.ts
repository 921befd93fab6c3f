import { rmSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/eventually.js';
import { brokerProcess, serviceProcess } from '../support/processes.js';
import { requestEvent, REQUESTED, type System } from '../support/system.js';
import { emptyOutbox } from '../support/tables.js';

const REQUESTS = 40;
/** The broker starts anew, its clients come back, and every service looks which log it speaks to. */
const BACK_WITHIN_MS = 60_000;

/** The broker's data is gone: what has a row in the database goes on, in a log that is made anew. */
export function describeWipedLog(system: System): void {
  describe('a broker that has lost its data', () => {
    it('is told what nobody has decided: what was accepted over HTTP ends, and new requests are taken', async () => {
      const { api, instance } = system;
      const broker = brokerProcess(instance.dataDir);
      if (!broker) throw new Error('there is no broker');
      // Accepted while the broker says nothing, and taken out of the outbox: as if they had been sent, and lost with the log.
      process.kill(broker.pid, 'SIGSTOP');
      const accepted = await Promise.all(
        Array.from({ length: REQUESTS }, (_, number) => api.executeUntilAccepted('echo', { text: `wiped ${number}` }, `wiped-${Date.now()}-${number}`)),
      );
      const ids = accepted.map(({ body }) => String(body.id));
      await emptyOutbox(system.ready.databaseUrl, ids);
      process.kill(serviceProcess(instance.dataDir, 'execution')?.pid ?? Number.NaN, 'SIGKILL');
      rmSync(path.join(instance.dataDir, 'kafka/data'), { recursive: true });
      rmSync(path.join(instance.dataDir, 'kafka/formatted'));
      process.kill(broker.pid, 'SIGKILL');

      const statuses = async (): Promise<unknown[]> =>
        Promise.all(ids.map(async (id) => (await api.get(`/api/tools/executions/${id}`)).body.status));
      await eventually(async () => (await statuses()).every((status) => status === 'succeeded'), { withinMs: BACK_WITHIN_MS });

      const { value, executionId } = requestEvent({ source: '/e2e/after-the-wipe' });
      await eventually(() => system.log.publish(REQUESTED, [value]).then(() => true, () => false), { withinMs: BACK_WITHIN_MS });
      await eventually(async () => (await api.get(`/api/tools/executions/${executionId}`)).body.status === 'succeeded', { withinMs: BACK_WITHIN_MS });
      expect((await api.get('/api/audit/verify')).body).toMatchObject({ ok: true });
    }, 240_000);
  });
}
