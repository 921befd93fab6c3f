import { ToolExecutionDecided, ToolExecutionRequested, type EventOf } from '@toolplane/contracts/events';
import type { Approval, Problem } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { ApprovalSweep } from '../approvals/approval-sweep.js';
import { OnToolExecutionRequested } from '../decide/on-tool-execution-requested.js';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { ProjectionState } from '../projection/projection-state.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';
import { tenantChanged, toolChanged } from './sample.js';
import { sealingKeysFile } from './sealing-keys-file.js';

export const DANGEROUS_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e30';
export const dangerous = { id: DANGEROUS_ID, name: 'delete_everything', isDangerous: true };
export type ApprovalBody = Approval & Pick<Problem, 'code'>;

/** A person with a role. */
export const person = (id: string, roles = ['approver']) => ({ principal: { type: 'user' as const, id }, roles });

/** validation with a dangerous tool, and what people do there. Nothing sweeps by itself. */
export async function approvalService() {
  const service = testService(ValidationModule, {
    definition: validationConfig, database: { service: 'validation', migrations: validationMigrations },
    fakes: [{ provide: ProjectionState, useValue: { isComplete: true, mustBeComplete: () => undefined } }],
    env: { APPROVAL_SWEEP_EVERY_MS: '600000', SEALING_KEYS_FILE: await sealingKeysFile() },
  });
  beforeEach(async () => {
    service.publisher.clear();
    await service.deliver(OnToolRegistryChanged, [tenantChanged('demo'), tenantChanged('acme'), ...toolChanged(dangerous, [{ version: '1.0.0' }])]);
    await service.get(ApprovalSweep).run();
  });

  const read = async (id: string) => (await service.http<ApprovalBody>({ method: 'GET', url: `/api/approvals/${id}` })).body;
  const say = (id: string, what: 'approve' | 'deny', by = 'bob', body: unknown = { comment: 'seen' }) =>
    service.http<ApprovalBody>({ method: 'POST', url: `/api/approvals/${id}/${what}`, body, as: person(by) });
  const turnsOf = (executionId: string) =>
    eventually(() => {
      const turns = service.published(ToolExecutionDecided).filter(({ data }) => data.executionId === executionId && data.approval?.decision !== 'pending');
      expect(turns.length).toBeGreaterThan(0);
      return turns;
    });
  /** Asks for a dangerous call and gives its first decision. */
  const asked = async (data: Partial<EventOf<typeof ToolExecutionRequested>['data']> = {}) => {
    const event = { ...golden(ToolExecutionRequested), id: newId(), data: { tool: 'delete_everything', payload: { text: 'all' }, ...data } };
    await service.deliver(OnToolExecutionRequested, [event]);
    const first = service.published(ToolExecutionDecided).find(({ causationid }) => causationid === event.id);
    if (!first?.data.approval) throw new Error('no approval was asked for');
    return { id: first.data.approval.id, executionId: first.data.executionId, first };
  };
  return { service, read, say, turnsOf, asked };
}
