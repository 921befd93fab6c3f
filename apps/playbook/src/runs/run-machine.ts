import type { PlaybookChoice, RunStatus, StepStatus, StepType } from '@toolplane/contracts/documents';

/** A step as the machine sees it. */
export interface StepState {
  readonly id: string;
  readonly type: StepType;
  readonly choices?: readonly PlaybookChoice[] | undefined;
  readonly status: StepStatus;
  /** Counts from 1; each retry is another one. */
  readonly iteration: number;
}

export interface RunState {
  readonly status: RunStatus;
  readonly steps: readonly StepState[];
}

/** What moves a run. All but `ended` come from a person: nothing here calls a tool by itself. */
export type Trigger =
  | { readonly type: 'complete'; readonly step: string; readonly choice?: string | undefined }
  | { readonly type: 'retry' | 'skip'; readonly step: string }
  | { readonly type: 'cancel' }
  /** The execution that a step follows has come to its end. */
  | { readonly type: 'ended'; readonly step: string; readonly iteration: number; readonly succeeded: boolean };

/** Why a trigger moves nothing. `stale`: it was applied before, or is about an iteration that is over. */
export interface Refusal {
  readonly reason: 'unknown_step' | 'state' | 'choice' | 'stale';
  readonly message: string;
}

export interface Moved {
  readonly state: RunState;
  /** Ids of the steps that changed, in their order. */
  readonly changed: readonly string[];
  /** The step whose tool is to be called now, as a new iteration or the first. */
  readonly calls: string | null;
}

/** Applies a trigger to a run. Pure: the same run and trigger give the same. */
export function transition(run: RunState, trigger: Trigger): Moved | Refusal {
  if (trigger.type === 'ended') return ended(run, trigger);
  if (run.status !== 'running') return refused('state', `the run is ${run.status}`);
  if (trigger.type === 'cancel') return cancelled(run);
  const step = run.steps.find(({ id }) => id === trigger.step);
  if (!step) return refused('unknown_step', 'the run has no such step');
  const current = currentStep(run);
  if (step.id !== current?.id) return refused('state', `the step is ${step.status}; the run stands at ${current?.id ?? 'its end'}`);
  switch (trigger.type) {
    case 'complete':
      return completed(run, step, trigger.choice);
    case 'retry':
      if (step.status !== 'failed') return refused('state', `the step is ${step.status}: only a failed one can be retried`);
      return calling(run, { ...step, status: 'running', iteration: step.iteration + 1 });
    case 'skip':
      if (step.status === 'running') return refused('state', 'the step’s call is running: wait for its end, or cancel the run');
      return settled(run, [{ ...step, status: 'skipped' }]);
  }
}

export const isRefusal = (result: Moved | Refusal): result is Refusal => 'reason' in result;

/** The step that is to be done next, or is running, or has failed; undefined where nothing is left. */
export const currentStep = ({ steps }: RunState): StepState | undefined => steps.find(({ status }) => status !== 'completed' && status !== 'skipped');

const refused = (reason: Refusal['reason'], message: string): Refusal => ({ reason, message });

function completed(run: RunState, step: StepState, choice: string | undefined): Moved | Refusal {
  if (step.status !== 'pending') return refused('state', `the step is ${step.status}`);
  if (choice !== undefined && step.type !== 'decision') return refused('choice', 'there is nothing to choose in this step');
  if (step.type === 'call_tool') return calling(run, { ...step, status: 'running' });
  if (step.type === 'manual') return settled(run, [{ ...step, status: 'completed' }]);
  const chosen = step.choices?.find(({ id }) => id === choice);
  if (!chosen) return refused('choice', `must be one of ${(step.choices ?? []).map(({ id }) => id).join(', ')}`);
  return settled(run, [{ ...step, status: 'completed' }, ...between(run, step, chosen.next).map((each) => ({ ...each, status: 'skipped' as const }))]);
}

/** What a choice passes over: everything up to its next step, or to the end. */
function between({ steps }: RunState, step: StepState, next: string | null): readonly StepState[] {
  const after = steps.slice(steps.indexOf(step) + 1);
  return next === null ? after : after.slice(0, after.findIndex(({ id }) => id === next));
}

const calling = (run: RunState, step: StepState): Moved => ({ state: { ...run, steps: replaced(run.steps, [step]) }, changed: [step.id], calls: step.id });

/** Where nothing is left to do, the run is at its end. */
function settled(run: RunState, changes: readonly StepState[]): Moved {
  const steps = replaced(run.steps, changes);
  const status = run.status === 'running' && !currentStep({ ...run, steps }) ? 'completed' : run.status;
  return { state: { status, steps }, changed: changes.map(({ id }) => id), calls: null };
}

/** What was not begun is passed over; a call that is running comes to its own end. */
function cancelled(run: RunState): Moved {
  const open = run.steps.filter(({ status }) => status === 'pending').map((step) => ({ ...step, status: 'skipped' as const }));
  return { state: { status: 'cancelled', steps: replaced(run.steps, open) }, changed: open.map(({ id }) => id), calls: null };
}

function ended(run: RunState, { step: id, iteration, succeeded }: Extract<Trigger, { type: 'ended' }>): Moved | Refusal {
  const step = run.steps.find((each) => each.id === id);
  if (step?.status !== 'running' || step.iteration !== iteration) return refused('stale', 'the step does not wait for this execution');
  return settled(run, [{ ...step, status: succeeded ? 'completed' : 'failed' }]);
}

const replaced = (steps: readonly StepState[], changes: readonly StepState[]): readonly StepState[] =>
  steps.map((step) => changes.find(({ id }) => id === step.id) ?? step);
