import { Type, type Static } from 'typebox';
import { Principal, reference } from '../events/fields.js';

const title = Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f\\u007f]*$', description: 'One line.' });
const description = Type.String({ maxLength: 65_536, description: 'What is known of it. Default empty.' });
const severity = Type.Enum(['low', 'medium', 'high', 'critical'], { description: 'Default medium.' });
const source = Type.Union([reference('Where it comes from, in its own terms: /orders, nightly-import.'), Type.Null()], { description: 'Default null.' });
const attributes = Type.Record(Type.String({ maxLength: 255 }), Type.Unknown(), {
  maxProperties: 500,
  description: 'Facts of the case, for people and for the payloads of playbooks. Default {}.',
});
const status = Type.Enum(['open', 'closed'], { description: 'Default open.' });
const time = (text: string) => Type.String({ format: 'date-time', description: text });

/** Body of `POST /api/exceptions`: a case that somebody has to look at. */
export const ExceptionBody = Type.Object(
  {
    title,
    description: Type.Optional(description),
    severity: Type.Optional(severity),
    source: Type.Optional(source),
    attributes: Type.Optional(attributes),
    status: Type.Optional(status),
  },
  { additionalProperties: false, description: 'A case that somebody has to look at.' },
);
export type ExceptionBody = Static<typeof ExceptionBody>;

/** Body of `PATCH /api/exceptions/{id}`: what is named is replaced, `attributes` as a whole. */
export const ExceptionChange = Type.Object(
  { ...Type.Partial(ExceptionBody).properties },
  { additionalProperties: false, minProperties: 1, description: 'What is to change; attributes are replaced as a whole.' },
);
export type ExceptionChange = Static<typeof ExceptionChange>;

export const Exception = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    tenantId: Type.String(),
    title,
    description,
    severity,
    source,
    attributes,
    status,
    createdAt: time('When it was made.'),
    createdBy: Principal,
    updatedAt: time('When it last changed.'),
    closedAt: Type.Union([time('When it was closed.'), Type.Null()]),
  },
  { additionalProperties: false, description: 'A case.' },
);
export type Exception = Static<typeof Exception>;

/** What a playbook's payloads may take from the case it is started for: `/exception/…`. */
export const EXCEPTION_SOURCE = {
  type: 'object',
  properties: { id: true, title: true, description: true, severity: true, source: true, status: true, attributes: { type: 'object' } },
  additionalProperties: false,
} as const;

export const TIMELINE_KINDS = [
  'exception_created', 'exception_changed', 'run_started', 'step_started', 'step_completed', 'step_failed', 'step_skipped', 'run_completed',
  'run_cancelled', 'execution',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

const orNull = (text: string) => Type.Union([Type.String(), Type.Null()], { description: text });

/** An execution as a timeline shows it. The whole lies at `GET /api/tools/executions/{id}`. */
export const TimelineExecution = Type.Object(
  {
    id: Type.String(),
    toolId: orNull('Null until it is decided, and where there is no such tool.'),
    toolName: Type.String(),
    toolVersion: orNull('The version that was pinned.'),
    status: Type.String({ description: 'As in the execution’s record, when it was asked for.' }),
    code: orNull('Why it failed.'),
    output: orNull('The beginning of the output, as JSON text.'),
    actor: Type.Union([Type.Object({ type: Type.String(), id: Type.String() }), Type.Null()]),
    finishedAt: Type.Union([time('When it ended.'), Type.Null()]),
  },
  { description: 'An execution in short.' },
);
export type TimelineExecution = Static<typeof TimelineExecution>;

/** One thing that happened to a case. Members always present, null where they do not apply. */
export const TimelineItem = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    at: time('When it happened; of an execution, when it was requested.'),
    kind: Type.Enum([...TIMELINE_KINDS]),
    by: Type.Union([Principal, Type.Null()], { description: 'Who did it; null where it came about by itself.' }),
    runId: orNull('The run of a playbook.'),
    playbookName: orNull('The playbook of that run.'),
    stepId: orNull('The step of that run.'),
    executionId: orNull('The execution that the step follows.'),
    comment: orNull('What the person said.'),
    details: Type.Unknown({ description: 'exception_changed: the members that changed, from and to; step_completed: the choice; step_failed: the code.' }),
    execution: Type.Union([TimelineExecution, Type.Null()], { description: 'With kind execution.' }),
  },
  { description: 'One thing that happened.' },
);
export type TimelineItem = Static<typeof TimelineItem>;
