import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { ROOT } from '../support/instance.js';
import { serviceProcess } from '../support/processes.js';
import type { System } from '../support/system.js';

interface Step {
  readonly id: string;
  readonly status: string;
  readonly executionId: string | null;
  readonly output: unknown;
}
interface Run {
  readonly id: string;
  readonly status: string;
  readonly currentStep: string | null;
  readonly steps: readonly Step[];
}

const EXAMPLE = path.join(ROOT, 'docs/examples/playbook-engine.mjs');

export function describePlaybook(system: System, { kill }: { readonly kill: boolean }): void {
  const post = async (url: string, body: unknown = {}): Promise<Run> => {
    const answer = await system.api.post(url, body);
    if (answer.status >= 300) throw new Error(`${url}: ${JSON.stringify(answer.body)}`);
    return answer.body as unknown as Run;
  };
  const read = async (id: string): Promise<Run> => (await system.api.get(`/api/playbook-runs/${id}`)).body as unknown as Run;
  const stepOf = (run: Run, id: string): Step => run.steps.find((step) => step.id === id) as Step;

  const engine = async (run: string): Promise<readonly Record<string, unknown>[]> => {
    const { url, brokers } = system.ready;
    const args = ['--url', url, '--key-file', path.join(system.instance.dataDir, 'admin-key'), '--run', run];
    const kafka = brokers.length > 0 ? ['--brokers', brokers.join(',')] : [];
    const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE, ...args, ...kafka], { cwd: ROOT, timeout: 60_000 });
    return stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  describe('a playbook', () => {
    let [exception, run, executionId]: [string, string, string | null] = ['', '', null];

    it(`runs its tool when a person completes the step${kill ? ', whoever is killed then' : ''}`, async () => {
      const { items } = (await system.api.get('/api/exceptions?source=%2Fdemo%2Fpayments')).body as { items: { id: string }[] };
      exception = items[0]?.id ?? '';
      run = (await post(`/api/exceptions/${exception}/playbooks/refund_double_payment/start`)).id;
      await post(`/api/playbook-runs/${run}/steps/check/complete`, { comment: 'same card' });
      await post(`/api/playbook-runs/${run}/steps/decide/complete`, { choice: 'refund' });
      const complete = () => system.api.post(`/api/playbook-runs/${run}/steps/refund/complete`, {}, { 'idempotency-key': `e2e-${run}` });
      executionId = stepOf((await complete()).body as unknown as Run, 'refund').executionId;
      if (kill) process.kill(serviceProcess(system.instance.dataDir, 'playbook')?.pid ?? 0, 'SIGKILL');
      // Whoever got no answer asks again, under the same key.
      await eventually(async () => (await complete()).status === 200);
    });

    // Run while the killed service finds its way back into the event log.
    it('is no business of an outside engine, which calls its tools itself, and none twice when it has lost its memory', async () => {
      const run = `case-${randomUUID()}`;
      const first = await engine(run);
      expect(first).toMatchObject([
        { step: 'look-up', over: 'http', status: 'succeeded', output: { text: `order of ${run}` } },
        { step: 'refund', over: system.ready.brokers.length > 0 ? 'kafka' : 'http', status: 'succeeded', output: { text: `refund for order of ${run}` } },
        { step: 'notify', over: 'http', status: 'failed', code: 'PROVIDER_FAILED' },
      ]);
      expect(await engine(run)).toEqual(first);
    });

    it('does nothing for a key that belongs to no person', async () => {
      const { body } = await system.api.post('/api/tenants/demo/keys', { name: 'importer', type: 'service', roles: ['tenant-admin'] });
      const { id } = await post(`/api/exceptions/${exception}/playbooks/refund_double_payment/start`);
      const headers = { authorization: `Bearer ${String(body.key)}` };
      const answer = await system.api.call('POST', `/api/playbook-runs/${id}/steps/check/complete`, { headers, body: {} });
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect(await post(`/api/playbook-runs/${id}/cancel`)).toMatchObject({ status: 'cancelled' });
    });

    it('goes on when its tool has ended, and tells it all in the timeline', async () => {
      await eventually(async () => stepOf(await read(run), 'refund').status === 'completed');
      expect(stepOf(await read(run), 'refund')).toMatchObject({ executionId, output: { text: 'order-17', amount: 1250, remark: 'same card' } });
      expect(await post(`/api/playbook-runs/${run}/steps/tell/complete`)).toMatchObject({ status: 'completed', currentStep: null });
      const record = (await system.api.get(`/api/tools/executions/${executionId}`)).body;
      expect(record).toMatchObject({ status: 'succeeded', requestedBy: { type: 'user' }, actor: { type: 'playbook', id: run }, exceptionId: exception, attempts: 1 });
      const timeline = (await system.api.get(`/api/exceptions/${exception}/timeline`)).body as { items: { kind: string; executionId: string | null }[] };
      const kinds = timeline.items.filter((item) => item.executionId === executionId).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['execution', 'step_completed', 'step_started']);
    });
  });
}
