import type { FieldError } from '../errors/toolplane-error.js';
import { EXCEPTION_SOURCE } from './exception.js';
import { checkName } from './names.js';
import type { PlaybookBody, PlaybookStep } from './playbook.js';
import { parsePointer } from './pointer.js';
import { checkTemplate } from './template.js';

type Member = 'tool' | 'payload' | 'choices';
const MEMBERS_OF: Readonly<Record<PlaybookStep['type'], readonly Member[]>> = { manual: [], call_tool: ['tool', 'payload'], decision: ['choices'] };
const ALL: readonly Member[] = ['tool', 'payload', 'choices'];

/** What later steps may take from a step: `/steps/<id>/output/…`. */
const OUTPUT_OF: Readonly<Record<PlaybookStep['type'], object>> = {
  manual: { type: 'object', properties: { comment: true } },
  decision: { type: 'object', properties: { choice: true, comment: true } },
  call_tool: {},
};

const repeated = (ids: readonly string[], at: (index: number) => string): FieldError[] =>
  ids.flatMap((id, index) => (ids.indexOf(id) < index ? [{ pointer: at(index), detail: `"${id}" is taken by another` }] : []));

const checkMembers = (step: PlaybookStep, at: string): FieldError[] => {
  const own = MEMBERS_OF[step.type];
  return [
    ...ALL.filter((member) => !own.includes(member) && step[member] !== undefined).map((member) => ({
      pointer: `${at}/${member}`,
      detail: `does not belong to a step of type ${step.type}`,
    })),
    ...own.filter((member) => step[member] === undefined).map((member) => ({ pointer: `${at}/${member}`, detail: `is required by type ${step.type}` })),
  ];
};

/** A run goes forward only, so that it ends whatever is chosen; what has to be done again is retried. */
const checkChoices = (step: PlaybookStep, at: string, later: readonly string[]): FieldError[] => {
  const choices = step.choices ?? [];
  return [
    ...repeated(choices.map(({ id }) => id), (index) => `${at}/choices/${index}/id`),
    ...choices.flatMap(({ next }, index) =>
      next === null || later.includes(next) ? [] : [{ pointer: `${at}/choices/${index}/next`, detail: `"${next}" is no later step of this playbook` }],
    ),
  ];
};

const checkPayload = (step: PlaybookStep, at: string, before: readonly PlaybookStep[]): FieldError[] => {
  if (step.payload === undefined) return [];
  const known = Object.fromEntries(before.map(({ id, type }) => [id, { type: 'object', properties: { output: OUTPUT_OF[type] }, additionalProperties: false }]));
  const steps = { type: 'object', properties: known, additionalProperties: false };
  const unknown = stepsNamedIn(step.payload, `${at}/payload`).filter(({ id }) => !Object.hasOwn(known, id));
  const said = unknown.map(({ pointer, id }) => ({ pointer, detail: `"${id}" is no earlier step of this playbook` }));
  const others = checkTemplate(step.payload, `${at}/payload`, { exception: EXCEPTION_SOURCE, steps });
  return [...said, ...others.filter(({ pointer }) => !said.some((fault) => fault.pointer === pointer))];
};

/** The steps that a template's references name, with or without a default. */
function stepsNamedIn(template: unknown, at: string): readonly { readonly pointer: string; readonly id: string }[] {
  if (typeof template !== 'object' || template === null) return [];
  const { $from } = template as { readonly $from?: unknown };
  if (typeof $from === 'string') {
    const [source, id] = parsePointer($from) ?? [];
    return source === 'steps' ? [{ pointer: `${at}/$from`, id: id ?? '' }] : [];
  }
  return Object.entries(template).flatMap(([key, value]) => stepsNamedIn(value, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
}

/** What a playbook must hold beyond its schema, as far as it can be known from itself alone. Whether its tools exist is the service's to ask. */
export const checkPlaybook = ({ name, steps }: PlaybookBody): FieldError[] => {
  const ids = steps.map(({ id }) => id);
  return [
    ...checkName(name),
    ...repeated(ids, (index) => `/steps/${index}/id`),
    ...steps.flatMap((step, index) => {
      const at = `/steps/${index}`;
      return [...checkMembers(step, at), ...checkChoices(step, at, ids.slice(index + 1)), ...checkPayload(step, at, steps.slice(0, index))];
    }),
  ];
};
