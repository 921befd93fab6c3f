import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Exception, Playbook, PlaybookBody, PlaybookRun } from '@toolplane/contracts/documents';
import { wireError } from '@toolplane/contracts/errors';
import { ToolExecutionCompleted, ToolExecutionFailed, ToolExecutionRequested, type Outgoing } from '@toolplane/contracts/events';
import type { Problem } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { makeSealingKeys } from '@toolplane/security/sealing';
import type { Caller } from '@toolplane/service-kit';
import { eventually, testService, type TestAnswer, type TestRequest, type TestService } from '@toolplane/service-kit/testing';
import { OnToolExecutionCompleted } from '../follow/on-tool-execution-completed.js';
import { OnToolExecutionFailed } from '../follow/on-tool-execution-failed.js';
import { playbookConfig } from '../playbook.config.js';
import { playbookMigrations } from '../playbook.migrations.js';
import { PlaybookModule } from '../playbook.module.js';
import { FakeServices } from './fake-services.js';

export type As = Partial<Omit<Caller, 'token'>>;
export const PERSON: As = { principal: { type: 'user', id: 'ann' }, roles: ['operator'] };
export const SERVICE: As = { principal: { type: 'service', id: 'importer' }, roles: ['tenant-admin'] };
export const AGENT: As = { principal: { type: 'agent', id: 'key-of-analysis' }, agent: 'analysis', roles: ['tenant-admin'] };
export const STRANGER: As = { tenantId: 'acme', principal: { type: 'user', id: 'eve' }, roles: ['tenant-admin'] };

/** look (manual) → ask (decision) → call (call_tool) → close (manual) */
export const refund: PlaybookBody = {
  name: 'refund',
  description: 'Pays it back.',
  steps: [
    { id: 'look', title: 'Look at the order', type: 'manual' },
    { id: 'ask', title: 'Pay it back?', type: 'decision', choices: [{ id: 'yes', title: 'Yes', next: 'call' }, { id: 'no', title: 'No', next: null }] },
    {
      id: 'call', title: 'Pay it back', type: 'call_tool', tool: 'echo',
      payload: { order: { $from: '/exception/attributes/orderId' }, note: { $from: '/steps/look/output/comment', default: 'none' }, choice: { $from: '/steps/ask/output/choice' } },
    },
    { id: 'close', title: 'Tell the customer', type: 'manual' },
  ],
};

type Body<T> = T & Omit<Problem, 'status' | 'detail'>;
export interface TestPlaybook extends TestService {
  readonly services: FakeServices;
  exception(as?: As, body?: object): Promise<Exception>;
  playbook(body?: Partial<PlaybookBody>, as?: As): Promise<Playbook>;
  start(exceptionId: string, playbook: string, as?: As, headers?: Record<string, string>): Promise<TestAnswer<Body<PlaybookRun>>>;
  step(run: string, step: string, what: 'complete' | 'retry' | 'skip', options?: { as?: As; body?: unknown; headers?: Record<string, string> }): Promise<TestAnswer<Body<PlaybookRun>>>;
  run(id: string, as?: As): Promise<PlaybookRun>;
  /** A run that stands at its call. */
  atCall(): Promise<PlaybookRun>;
  /** The requests of a run, once so many were published; of `none`, after the outbox is empty. */
  requests(run: string, count: number): Promise<readonly Outgoing<ToolExecutionRequested>[]>;
  /** Delivers the outcome of an execution of a run. */
  ended(run: PlaybookRun, executionId: string, outcome: { output: unknown } | { code: 'PROVIDER_FAILED' }, tenantid?: string): Promise<void>;
}

export function testPlaybook(fakes: Parameters<typeof testService>[1]['fakes'] = []): TestPlaybook {
  const services = new FakeServices();
  let folder = '';
  const service = testService(PlaybookModule, {
    definition: playbookConfig,
    database: { service: 'playbook', migrations: playbookMigrations },
    fakes,
    env: async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'playbook-'));
      const file = path.join(folder, 'sealing-keys.json');
      await writeFile(file, JSON.stringify({ keys: [(await makeSealingKeys('one')).sealing] }));
      return { ...(await services.start()), SEALING_KEYS_FILE: file };
    },
  });
  afterAll(() => Promise.all([services.stop(), rm(folder, { recursive: true })]));
  const post = <T>(url: string, as: As, { body, headers = {} }: Pick<TestRequest, 'body' | 'headers'> = {}) =>
    service.http<Body<T>>({ method: 'POST', url, as, ...(body === undefined ? {} : { body }), headers });
  const own = {
    services,
    exception: async (as = PERSON, body = {}) =>
      (await post<Exception>('/api/exceptions', as, { body: { title: 'Order 17 was paid twice', attributes: { orderId: 'order-17' }, ...body } })).body,
    playbook: async (body: Partial<PlaybookBody> = {}, as: As = {}) =>
      (await post<Playbook>('/api/playbooks', as, { body: { ...refund, name: `refund-${newId()}`, ...body } })).body,
    start: (exceptionId: string, playbook: string, as = PERSON, headers = {}) => post<PlaybookRun>(`/api/exceptions/${exceptionId}/playbooks/${playbook}/start`, as, { headers }),
    step: (run: string, step: string, what: string, { as = PERSON, body, headers = {} }: { as?: As; body?: unknown; headers?: Record<string, string> } = {}) =>
      post<PlaybookRun>(`/api/playbook-runs/${run}/steps/${step}/${what}`, as, { body, headers }),
    run: async (id: string, as = PERSON) => (await service.http<PlaybookRun>({ method: 'GET', url: `/api/playbook-runs/${id}`, as })).body,
    atCall: async () => {
      const [{ id }, { name }] = [await own.exception(), await own.playbook()];
      const { body } = await own.start(id, name);
      await own.step(body.id, 'look', 'complete', { body: { comment: 'seen' } });
      return (await own.step(body.id, 'ask', 'complete', { body: { choice: 'yes' } })).body;
    },
    requests: (run: string, count: number) =>
      eventually(async () => {
        const [{ waiting } = { waiting: -1 }] = await service.database.query<{ waiting: number }>('select count(*)::int as waiting from playbook.outbox');
        const found = service.published(ToolExecutionRequested).filter(({ data }) => data.actor?.id === run);
        expect({ waiting, found: found.length }).toEqual({ waiting: 0, found: count });
        return found;
      }),
    ended: async (run: PlaybookRun, executionId: string, outcome: { output: unknown } | { code: 'PROVIDER_FAILED' }, tenantid = 'demo') => {
      const about = { executionId, actor: { type: 'playbook' as const, id: run.id }, exceptionId: run.exceptionId, correlationId: run.id };
      if ('output' in outcome) {
        await service.deliver(OnToolExecutionCompleted, [{ ...golden(ToolExecutionCompleted, { ...about, output: outcome.output, outputRef: null }), id: newId(), tenantid }]);
      } else {
        const error = { ...wireError(outcome.code), errors: [] };
        await service.deliver(OnToolExecutionFailed, [{ ...golden(ToolExecutionFailed, { ...about, error, output: null }), id: newId(), tenantid }]);
      }
    },
  };
  return Object.assign(Object.create(service) as TestService, own);
}
