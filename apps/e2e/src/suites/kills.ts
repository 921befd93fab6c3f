import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { LimitedRequests } from '../support/limited-requests.js';
import { brokerProcess, serviceProcess } from '../support/processes.js';
import { COMPLETED, FAILED, REQUESTED, requestEvent, type System } from '../support/system.js';
import { auditEntries, rowsOf, terminalRows } from '../support/tables.js';

/** The lease of an attempt: 60 s to begin, the tool's own limit, 10 s of grace; and two rounds of the sweep. */
const LEASE_MS = 60_000 + 2_000 + 10_000 + 10_000;
/** After a kill the service comes back before the next one goes. */
const PAUSE_MS = 2_500;
const TICK_MS = 50;

export interface Kills {
  readonly requests: number;
  readonly perSecond: number;
  /** Whether there is a broker to kill. */
  readonly broker: boolean;
}

/** The worker first: what it had taken ends with its lease, and the lease runs while the others are killed. */
const IN_TURN = ['provider-dummy', 'validation', 'execution', 'audit', 'registry', 'gateway', 'provider-http'];

export function describeKills(system: System, { requests, perSecond, broker }: Kills): void {
  describe('kill -9', () => {
    beforeAll(async () => {
      const tool = {
        name: 'e2e_echo',
        description: 'Returns its payload.',
        category: 'test',
        type: 'dummy',
        inputSchema: { type: 'object', properties: { number: { type: 'integer' } } },
        idempotent: false,
        timeoutMs: 2_000,
        dummy: { delayMs: 20 },
      };
      expect([201, 409]).toContain((await system.api.post('/api/tools', tool)).status);
      await eventually(async () => (await system.api.post('/api/tools/e2e_echo/execute', { payload: { number: 'none' } })).status === 422);
    });

    it(`of each service in turn while ${requests} requests flow: each ends once, only what a worker had taken fails, and a limit is kept`, async () => {
      const flow = new Flow(system, { requests, perSecond });
      const flowing = flow.run();
      const limited = new LimitedRequests(system);
      for (const service of IN_TURN) {
        await sleep(PAUSE_MS);
        if (service === 'validation') await limited.sendFirst();
        await kill(service);
        if (service === 'validation') await limited.sendRest();
      }
      await flowing;
      await flow.settle(LEASE_MS);
      await limited.check();
      const failures = flow.failures();
      expect(failures.filter((code) => code !== 'OUTCOME_UNKNOWN')).toEqual([]);
      expect(failures.length).toBeLessThan(requests / 10);
      await flow.check();
    }, 600_000);

    if (!broker) return;
    it('of the broker while requests flow: each ends once, and all complete', async () => {
      const flow = new Flow(system, { requests: Math.ceil(requests / 4), perSecond });
      const flowing = flow.run();
      await sleep(PAUSE_MS);
      process.kill(brokerProcess(system.instance.dataDir)?.pid ?? Number.NaN, 'SIGKILL');
      await flowing;
      await flow.settle(60_000);
      expect(flow.failures()).toEqual([]);
      await flow.check();
    }, 300_000);
  });

  async function kill(service: string): Promise<void> {
    const found = serviceProcess(system.instance.dataDir, service);
    if (!found) throw new Error(`no process of ${service}`);
    process.kill(found.pid, 'SIGKILL');
    await eventually(() => ![undefined, found.pid].includes(serviceProcess(system.instance.dataDir, service)?.pid), {
      withinMs: 10_000,
      describe: () => `${service} did not come back`,
    });
  }
}

/** Requests at a steady rate, most of them on the log and every tenth over HTTP, and what becomes of each. */
class Flow {
  private readonly source = `/e2e/${randomUUID()}`;
  private readonly executions = new Set<string>();

  constructor(
    private readonly system: System,
    private readonly pace: Pick<Kills, 'requests' | 'perSecond'>,
  ) {}

  async run(): Promise<void> {
    const { requests, perSecond } = this.pace;
    const perTick = (perSecond * TICK_MS) / 1_000;
    const accepted: Promise<unknown>[] = [];
    const begun = Date.now();
    for (let sent = 0; sent < requests; await sleep(TICK_MS)) {
      const due = Math.min(requests, Math.ceil(((Date.now() - begun) / TICK_MS) * perTick));
      const values: string[] = [];
      for (; sent < due; sent += 1) {
        if (sent % 10 === 9) accepted.push(this.overHttp(sent));
        else values.push(this.onTheLog(sent));
      }
      if (values.length > 0) accepted.push(this.system.log.publish(REQUESTED, values));
    }
    await Promise.all(accepted);
  }

  private onTheLog(number: number): string {
    const { value, executionId } = requestEvent({ id: String(number), source: this.source, tool: 'e2e_echo', payload: { number } });
    this.executions.add(executionId);
    return value;
  }

  private async overHttp(number: number): Promise<void> {
    const { status, body } = await this.system.api.executeUntilAccepted('e2e_echo', { number }, `${this.source}-${number}`);
    if (status !== 202 && status !== 200) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
    this.executions.add(String(body.id));
  }

  private terminalIds(): Map<string, Set<string>> {
    const ids = new Map<string, Set<string>>();
    for (const topic of [COMPLETED, FAILED]) {
      for (const { id, data } of this.system.log.seen(topic)) {
        if (!this.executions.has(data.executionId)) continue;
        const seen = ids.get(data.executionId) ?? new Set();
        ids.set(data.executionId, seen.add(`${topic} ${id}`));
      }
    }
    return ids;
  }

  async settle(withinMs: number): Promise<void> {
    const missing = (): string[] => {
      const ended = this.terminalIds();
      return [...this.executions].filter((id) => !ended.has(id));
    };
    await eventually(() => missing().length === 0, { withinMs }).catch(async () => {
      const rows = await rowsOf(this.system.ready.databaseUrl, missing());
      throw new Error(
        `${missing().length} of ${this.executions.size} have no terminal event after ${withinMs} ms: ${JSON.stringify(rows.slice(0, 5))}`,
      );
    });
  }

  /** Codes of those that failed. */
  failures(): string[] {
    return this.system.log.seen(FAILED).flatMap(({ data }) => (this.executions.has(data.executionId) ? [data.error?.code ?? ''] : []));
  }

  /** From the topics and from the tables: one terminal event id, one terminal row, one decision and one outcome in the audit. */
  async check(): Promise<void> {
    const codes = this.failures();
    process.stderr.write(
      `      ${this.executions.size} requests: ${this.executions.size - codes.length} completed, ${codes.length} failed ${[...new Set(codes)].join(', ')}\n`,
    );
    const more = [...this.terminalIds()].filter(([, ids]) => ids.size !== 1);
    expect(more).toEqual([]);
    const { databaseUrl } = this.system.ready;
    const ids = [...this.executions];
    expect(await terminalRows(databaseUrl, ids)).toBe(ids.length);
    await eventually(async () => (await auditEntries(databaseUrl, ids)) >= 2 * ids.length, {
      withinMs: 30_000,
      describe: () => 'audit entries are missing',
    });
    expect(await auditEntries(databaseUrl, ids)).toBe(2 * ids.length);
    expect((await this.system.api.get('/api/audit/verify')).body).toMatchObject({ ok: true });
  }
}
