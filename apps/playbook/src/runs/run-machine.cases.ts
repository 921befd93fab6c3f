import type { StepStatus } from '@toolplane/contracts/documents';
import type { Moved, Refusal, RunState, StepState, Trigger } from './run-machine.js';

/** look (manual) → ask (decision: call, end) → fix (manual) → call (call_tool) → close (manual) */
const STEPS: readonly Omit<StepState, 'status' | 'iteration'>[] = [
  { id: 'look', type: 'manual' },
  { id: 'ask', type: 'decision', choices: [{ id: 'go', title: 'Go on', next: 'call' }, { id: 'on', title: 'Fix first', next: 'fix' }, { id: 'stop', title: 'Stop', next: null }] },
  { id: 'fix', type: 'manual' },
  { id: 'call', type: 'call_tool' },
  { id: 'close', type: 'manual' },
];
const WORDS: Readonly<Record<string, StepStatus>> = { p: 'pending', r: 'running', c: 'completed', f: 'failed', s: 'skipped' };

/** A run by the first letters of its steps' statuses; the number is the iteration of the call. */
export const run = (letters: string, status: RunState['status'] = 'running', iteration = 1): RunState => ({
  status,
  steps: STEPS.map((step, index) => ({ ...step, status: WORDS[letters[index] ?? ''] ?? 'pending', iteration: step.id === 'call' ? iteration : 1 })),
});

type Expected = { readonly to: RunState; readonly calls?: string } | Refusal['reason'];

/** [title, run, trigger, run afterwards and the step that is called, or why nothing moves] */
export const CASES: readonly (readonly [string, RunState, Trigger, Expected])[] = [
  ['a manual step is done when it is completed', run('ppppp'), { type: 'complete', step: 'look' }, { to: run('cpppp') }],
  ['a decision goes on with the next step it names, and what lies between is skipped', run('cpppp'), { type: 'complete', step: 'ask', choice: 'go' }, { to: run('ccspp') }],
  ['a decision may go on with the step after it', run('cpppp'), { type: 'complete', step: 'ask', choice: 'on' }, { to: run('ccppp') }],
  ['a decision may end the run', run('cpppp'), { type: 'complete', step: 'ask', choice: 'stop' }, { to: run('ccsss', 'completed') }],
  ['a decision needs a choice', run('cpppp'), { type: 'complete', step: 'ask' }, 'choice'],
  ['a decision takes only its own choices', run('cpppp'), { type: 'complete', step: 'ask', choice: 'look' }, 'choice'],
  ['a manual step has no choices', run('ppppp'), { type: 'complete', step: 'look', choice: 'go' }, 'choice'],
  ['completing a call_tool step calls its tool, and the step runs', run('ccspp'), { type: 'complete', step: 'call' }, { to: run('ccsrp'), calls: 'call' }],
  ['a call that succeeded completes its step', run('ccsrp'), { type: 'ended', step: 'call', iteration: 1, succeeded: true }, { to: run('ccscp') }],
  ['a call that failed fails its step, and the run waits', run('ccsrp'), { type: 'ended', step: 'call', iteration: 1, succeeded: false }, { to: run('ccsfp') }],
  ['the last step ends the run', run('ccscp'), { type: 'complete', step: 'close' }, { to: run('ccscc', 'completed') }],
  ['skipping the last step ends the run', run('ccscp'), { type: 'skip', step: 'close' }, { to: run('ccscs', 'completed') }],
  ['a failed step is retried as another iteration', run('ccsfp'), { type: 'retry', step: 'call' }, { to: run('ccsrp', 'running', 2), calls: 'call' }],
  ['the outcome of an iteration that is over moves nothing', run('ccsrp', 'running', 2), { type: 'ended', step: 'call', iteration: 1, succeeded: true }, 'stale'],
  ['an outcome that comes again moves nothing', run('ccscp'), { type: 'ended', step: 'call', iteration: 1, succeeded: true }, 'stale'],
  ['an outcome for a step that never ran moves nothing', run('ccspp'), { type: 'ended', step: 'call', iteration: 1, succeeded: true }, 'stale'],
  ['an outcome for no step of the run moves nothing', run('ccspp'), { type: 'ended', step: 'none', iteration: 1, succeeded: true }, 'stale'],
  ['a failed step can be skipped', run('ccsfp'), { type: 'skip', step: 'call' }, { to: run('ccssp') }],
  ['a step that was not begun can be skipped', run('ppppp'), { type: 'skip', step: 'look' }, { to: run('spppp') }],
  ['a call that is running cannot be skipped', run('ccsrp'), { type: 'skip', step: 'call' }, 'state'],
  ['a call that is running cannot be completed again', run('ccsrp'), { type: 'complete', step: 'call' }, 'state'],
  ['a failed step cannot be completed', run('ccsfp'), { type: 'complete', step: 'call' }, 'state'],
  ['what has not failed cannot be retried', run('ccspp'), { type: 'retry', step: 'call' }, 'state'],
  ['what is done cannot be done again', run('cpppp'), { type: 'complete', step: 'look' }, 'state'],
  ['steps are done in their order', run('ppppp'), { type: 'complete', step: 'call' }, 'state'],
  ['what lies behind a failed step waits', run('ccsfp'), { type: 'complete', step: 'close' }, 'state'],
  ['a step that is not there', run('ppppp'), { type: 'complete', step: 'none' }, 'unknown_step'],
  ['cancelling passes over what was not begun', run('cpppp'), { type: 'cancel' }, { to: run('cssss', 'cancelled') }],
  ['cancelling lets a running call come to its end', run('ccsrp'), { type: 'cancel' }, { to: run('ccsrs', 'cancelled') }],
  ['the outcome of a call is kept after its run was cancelled', run('ccsrs', 'cancelled'), { type: 'ended', step: 'call', iteration: 1, succeeded: true }, { to: run('ccscs', 'cancelled') }],
  ['cancelling leaves a failed step as it is', run('ccsfp'), { type: 'cancel' }, { to: run('ccsfs', 'cancelled') }],
  ['a cancelled run takes nothing any more', run('ccsfs', 'cancelled'), { type: 'retry', step: 'call' }, 'state'],
  ['a cancelled run cannot be cancelled', run('ccsfs', 'cancelled'), { type: 'cancel' }, 'state'],
  ['a completed run cannot be cancelled', run('ccscc', 'completed'), { type: 'cancel' }, 'state'],
  ['a completed run takes nothing any more', run('ccscc', 'completed'), { type: 'complete', step: 'look' }, 'state'],
];

export type Result = Moved | Refusal;
