import type { StepRow, RunRow } from './run-row.js';
import type { Happening } from '../exceptions/timeline.store.js';

const KIND = { running: 'step_started', completed: 'step_completed', failed: 'step_failed', skipped: 'step_skipped' } as const;

/** What a timeline tells of a run that moved: each step that changed, then the run itself where it came to its end. */
export function happeningsOf(before: RunRow, after: RunRow, changed: readonly string[], by: Happening['by'] = null, comment?: string): readonly Happening[] {
  const about = { exceptionId: after.exceptionId, runId: after.id, playbookName: after.playbookName, by };
  const steps = after.steps.filter(({ stepId }) => changed.includes(stepId)).map((step): Happening => ({ ...about, ...ofStep(step) }));
  if (before.status === after.status || after.status === 'running') return steps;
  return [...steps, { ...about, ...(after.status === 'completed' ? { kind: 'run_completed' } : { kind: 'run_cancelled', comment }) }];
}

function ofStep({ stepId, status, executionId, comment, choice, error, iteration }: StepRow): Pick<Happening, 'kind' | 'stepId' | 'executionId' | 'comment' | 'details'> {
  if (status === 'pending') throw new Error('a step never becomes pending again');
  const details = { ...(choice === null ? {} : { choice }), ...(error === null ? {} : { code: error.code }), ...(iteration > 1 ? { iteration } : {}) };
  return { kind: KIND[status], stepId, executionId, comment, details: Object.keys(details).length > 0 ? details : null };
}
