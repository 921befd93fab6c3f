import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMPLETED, FAILED, of, REQUESTED, requestEvent, type System } from '../support/system.js';
import { eventually } from '../support/eventually.js';

const PER_SECOND = 25;
const OUTAGE_MS = 6_000;
/** What the start is given: a minute of outage and 15 s of an open breaker, in a tenth of the time and a little more. */
export const SCALED_BREAKER = { BREAKER_OPEN_MS: '2000', BREAKER_WINDOW_MS: '2000' } as const;

/** A destination that counts its calls and answers as it is told. */
async function startDestination() {
  const calls: { readonly at: number; readonly status: number }[] = [];
  const destination = { status: 200 };
  const server = createServer((_request, response) => {
    calls.push({ at: Date.now(), status: destination.status });
    response.writeHead(destination.status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { calls, destination, port, url: `http://127.0.0.1:${port}`, close };
}

/** The operator opens one more address and port; workers read the file at the next call. */
function allow(system: System, url: string, port: number): () => void {
  const file = path.join(system.instance.dataDir, 'policies/egress.json');
  const before = readFileSync(file, 'utf8');
  const policy = JSON.parse(before) as { allow: object[]; private: object[] };
  policy.allow.push({ origin: url });
  policy.private.push({ cidr: '127.0.0.1/32', ports: [port] });
  writeFileSync(file, JSON.stringify(policy));
  return () => writeFileSync(file, before);
}

export function describeOutage(system: System): void {
  describe('a destination that answers 503 for a while', () => {
    it('is called hardly at all meanwhile, is probed, and is called again; no request is lost', async () => {
      const { calls, destination, port, url, close } = await startDestination();
      const restore = allow(system, url, port);
      const tool = `outage_${Date.now()}`;
      const made = await system.api.post('/api/tools', {
        name: tool,
        description: 'Calls a destination that is down now and then.',
        category: 'test',
        type: 'http',
        inputSchema: { type: 'object' },
        endpoint: { url: `${url}/`, method: 'POST', body: {} },
        idempotent: true,
        timeoutMs: 5_000,
        retry: { maxAttempts: 3, backoffMs: 200 },
      });
      expect(made.status).toBe(201);
      const requested: string[] = [];
      const traffic = async (holds: () => boolean): Promise<void> => {
        for (; holds(); await sleep(1_000 / PER_SECOND)) {
          const { value, executionId } = requestEvent({ tool, payload: {} });
          requested.push(executionId);
          await system.log.publish(REQUESTED, [value]);
        }
      };
      const lasting = (ms: number): (() => boolean) => {
        const end = Date.now() + ms;
        return () => Date.now() < end;
      };
      await eventually(async () => (await system.api.post(`/api/tools/${tool}/validate`, { payload: {} })).body.allowed === true);
      await traffic(lasting(1_000));
      await eventually(() => calls.length > 0);
      destination.status = 503;
      const before = requested.length;
      await traffic(lasting(OUTAGE_MS));
      destination.status = 200;
      const ordinary = requested.length - before;
      const healthyAgain = Date.now();
      await traffic(() => !calls.some(({ at, status }) => status === 200 && at > healthyAgain) && Date.now() < healthyAgain + 15_000);
      await traffic(lasting(500));

      const terminalOf = (id: string): number =>
        new Set([...of(system.log.seen(COMPLETED), id), ...of(system.log.seen(FAILED), id)].map((event) => event.id)).size;
      await eventually(() => requested.every((id) => terminalOf(id) === 1), {
        withinMs: 30_000,
        describe: () => `${requested.filter((id) => terminalOf(id) !== 1).length} of ${requested.length} have no single end`,
      });
      const failures = system.log.seen(FAILED).filter(({ data }) => requested.includes(data.executionId));
      for (const { data } of failures) expect(['UPSTREAM_UNAVAILABLE', 'PROVIDER_CIRCUIT_OPEN']).toContain(data.error?.code);

      const during = calls.filter(({ status }) => status === 503);
      expect(during.length).toBeLessThanOrEqual(1.2 * ordinary);
      // Once it is open: a single call for each time that it has been open for long enough.
      const opened = (during[0]?.at ?? 0) + 1_500;
      const probes = during.filter(({ at }) => at > opened);
      expect(probes.length).toBeLessThanOrEqual(Math.ceil(OUTAGE_MS / Number(SCALED_BREAKER.BREAKER_OPEN_MS)));
      process.stdout.write(
        `  outage: ${ordinary} requests, ${during.length} calls, ${probes.length} of them probes, ${failures.length} failed\n`,
      );
      expect(calls.filter(({ at, status }) => status === 200 && at > healthyAgain).length).toBeGreaterThan(0);
      restore();
      close();
    }, 90_000);
  });
}
