import { Type, type Static } from 'typebox';

/** One entry of an execution's timeline: an event in its public form. Of a decision `data.rules` names every rule, expanded. */
export const ExecutionEvent = Type.Object(
  {
    id: Type.String({ description: 'Id of the event; of a request the one that its sender gave it.' }),
    source: Type.String({ description: 'CloudEvents source: who said it.' }),
    type: Type.Enum([
      'ToolExecutionRequested', 'ToolExecutionDecided', 'ToolExecutionProgressed', 'ToolExecutionCompleted', 'ToolExecutionFailed',
    ]),
    time: Type.String({ format: 'date-time', description: 'Moment of the transition.' }),
    subject: Type.String({ description: 'The execution.' }),
    tenantid: Type.String(),
    data: Type.Record(Type.String(), Type.Unknown(), { description: 'As the event has it, what is sensitive redacted.' }),
  },
  { description: 'What happened to an execution, at one moment.' },
);
export type ExecutionEvent = Static<typeof ExecutionEvent>;
