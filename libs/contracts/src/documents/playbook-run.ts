import { Type, type Static } from 'typebox';
import { Principal, WireError } from '../events/fields.js';
import { PlaybookStep, STEP_ID_PATTERN } from './playbook.js';

export const RUN_STATUSES = ['running', 'completed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export const STEP_STATUSES = ['pending', 'running', 'completed', 'failed', 'skipped'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

const orNull = (text: string) => Type.Union([Type.String(), Type.Null()], { description: text });
const time = (text: string) => Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: text });

/** A step of a run: the step as it was when the run began, and how it stands. */
export const RunStep = Type.Object(
  {
    ...PlaybookStep.properties,
    status: Type.Enum([...STEP_STATUSES], { description: 'A failed step waits for somebody to retry or skip it.' }),
    iteration: Type.Integer({ minimum: 1, description: 'Counts from 1; each retry is another one.' }),
    executionId: orNull('With call_tool, once it was completed: the execution that the step follows.'),
    output: Type.Unknown({ description: 'Of the tool; {"comment"} of a manual step; {"choice","comment"} of a decision; null until then. Lists leave large ones out.' }),
    outputRef: Type.Union([Type.Object({ url: Type.String(), bytes: Type.Integer(), sha256: Type.String() }), Type.Null()], {
      description: 'Where an output over 256 KiB can be read.',
    }),
    error: Type.Union([WireError, Type.Null()], { description: 'Why its execution failed.' }),
    comment: orNull('What was said when it was completed or skipped.'),
    choice: orNull('What was chosen.'),
    by: Type.Union([Principal, Type.Null()], { description: 'Who completed or skipped it.' }),
    startedAt: time('When its call was requested.'),
    finishedAt: time('When it was completed, failed or skipped.'),
  },
  { description: 'A step of a run.' },
);
export type RunStep = Static<typeof RunStep>;

/** A run of a playbook for one exception. */
export const PlaybookRun = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    tenantId: Type.String(),
    exceptionId: Type.String({ format: 'uuid' }),
    playbookId: Type.String({ format: 'uuid' }),
    playbookName: Type.String({ description: 'As it was called when the run began.' }),
    status: Type.Enum([...RUN_STATUSES]),
    currentStep: orNull('The step to be done next, or running, or failed; null where the run has ended.'),
    detail: orNull('Of a cancelled run: what became of the call that was running.'),
    steps: Type.Array(RunStep),
    startedBy: Principal,
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
    finishedAt: time('When it was completed or cancelled.'),
  },
  { description: 'A run of a playbook.' },
);
export type PlaybookRun = Static<typeof PlaybookRun>;

const comment = Type.Optional(Type.String({ maxLength: 8192, description: 'For those who read the timeline.' }));

/** Body of `POST …/steps/{step}/complete`. */
export const StepCompletion = Type.Object(
  { comment, choice: Type.Optional(Type.String({ pattern: STEP_ID_PATTERN, description: 'With a decision: the choice that was made.' })) },
  { additionalProperties: false, description: 'A step is done.' },
);
export type StepCompletion = Static<typeof StepCompletion>;

/** Body of start, retry, skip and cancel. */
export const RunComment = Type.Object({ comment }, { additionalProperties: false, description: 'What there is to say.' });
export type RunComment = Static<typeof RunComment>;
