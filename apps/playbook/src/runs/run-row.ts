import type { PlaybookRun, PlaybookStep, RunStep } from '@toolplane/contracts/documents';
import { currentStep, type RunState } from './run-machine.js';

/** The newest iteration of a step. */
export interface StepRow extends Pick<RunStep, 'status' | 'iteration' | 'executionId' | 'output' | 'outputRef' | 'error' | 'comment' | 'choice' | 'by'> {
  readonly stepId: string;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A run with the newest iteration of each of its steps, in their order. */
export interface RunRow extends Omit<PlaybookRun, 'steps' | 'currentStep' | 'createdAt' | 'updatedAt' | 'finishedAt'> {
  /** The playbook's steps as they were when the run began. */
  readonly definition: readonly PlaybookStep[];
  readonly steps: readonly StepRow[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** What the machine looks at. */
export const stateOf = ({ status, definition, steps }: Pick<RunRow, 'status' | 'definition' | 'steps'>): RunState => ({
  status,
  steps: definition.map(({ id, type, choices }, index) => {
    const row = steps[index] as StepRow;
    return { id, type, choices, status: row.status, iteration: row.iteration };
  }),
});

export const runOf = (row: RunRow): PlaybookRun => ({
  id: row.id, tenantId: row.tenantId, exceptionId: row.exceptionId, playbookId: row.playbookId, playbookName: row.playbookName, status: row.status,
  currentStep: row.status === 'running' ? (currentStep(stateOf(row))?.id ?? null) : null,
  detail: row.detail,
  steps: row.definition.map((step, index) => stepOf(step, row.steps[index] as StepRow)),
  startedBy: row.startedBy,
  createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(), finishedAt: row.finishedAt?.toISOString() ?? null,
});

const stepOf = (step: PlaybookStep, { stepId: _stepId, startedAt, finishedAt, ...row }: StepRow): RunStep => ({
  ...step,
  ...row,
  startedAt: startedAt?.toISOString() ?? null,
  finishedAt: finishedAt?.toISOString() ?? null,
});
