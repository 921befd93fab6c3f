import { Type, type Static } from 'typebox';
import { ToolplaneError, type FieldError } from '../errors/toolplane-error.js';
import { schemaAt, type JsonSchema } from './schema-at.js';
import { parsePointer, valueAt } from './pointer.js';

/** The one template form: wherever this object stands in a document, the value its pointer leads to takes its place, type kept. */
export const TemplateReference = Type.Object(
  {
    $from: Type.String({ maxLength: 1024, description: 'JSON Pointer that begins with a source, for instance /payload/user/id.' }),
    default: Type.Optional(Type.Unknown({ description: 'Stands in where the pointer leads nowhere; without it that is an error.' })),
  },
  { additionalProperties: false, description: 'A value taken from the request.' },
);
export type TemplateReference = Static<typeof TemplateReference>;

/** Any JSON; `{"$from": …}` objects in it are filled in when it is rendered. */
export const Template = Type.Unknown({ description: 'Any JSON; {"$from":"/payload/…","default"?} in it is replaced by that value.' });

const MAX_DEPTH = 64;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isReference = (value: Record<string, unknown>): boolean => Object.hasOwn(value, '$from');

const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * Whether a template can be rendered from what the sources promise.
 * @param at JSON Pointer of the template in its document, for the errors.
 * @param sources schema of each source, for instance `{ payload: inputSchema }`; `true` where nothing is known of it.
 */
export const checkTemplate = (template: unknown, at: string, sources: Readonly<Record<string, JsonSchema>>, depth = 0): FieldError[] => {
  if (depth > MAX_DEPTH) return [{ pointer: at, detail: `is deeper than ${MAX_DEPTH} levels` }];
  if (Array.isArray(template)) return template.flatMap((item, index) => checkTemplate(item, `${at}/${index}`, sources, depth + 1));
  if (!isObject(template)) return [];
  if (!isReference(template)) {
    return Object.entries(template).flatMap(([key, value]) => checkTemplate(value, `${at}/${escaped(key)}`, sources, depth + 1));
  }
  const surplus = Object.keys(template).filter((key) => key !== '$from' && key !== 'default');
  if (surplus.length > 0) return [{ pointer: at, detail: `beside $from only "default" may stand, not ${surplus.join(', ')}` }];
  const tokens = typeof template.$from === 'string' ? parsePointer(template.$from) : null;
  const [source, ...path] = tokens ?? [];
  if (source === undefined) return [{ pointer: `${at}/$from`, detail: 'is not a JSON Pointer such as /payload/name' }];
  const schema = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (schema === undefined) return [{ pointer: `${at}/$from`, detail: `must begin with one of ${Object.keys(sources).map((name) => `/${name}`).join(', ')}` }];
  if (!Object.hasOwn(template, 'default') && schemaAt(schema, path) === 'undeclared') {
    return [{ pointer: `${at}/$from`, detail: 'leads to a field that the schema does not declare; declare it or give a "default"' }];
  }
  return [];
};

/**
 * Fills a template in.
 * @param sources values by name, for instance `{ payload }`.
 * @throws ToolplaneError REQUEST_INPUT_INVALID naming the pointer that leads nowhere and has no default.
 */
export const render = (template: unknown, sources: Readonly<Record<string, unknown>>): unknown => {
  if (Array.isArray(template)) return template.map((item) => render(item, sources));
  if (!isObject(template)) return template;
  if (!isReference(template)) return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, render(value, sources)]));
  const tokens = typeof template.$from === 'string' ? parsePointer(template.$from) : null;
  const found = tokens ? valueAt(sources, tokens) : undefined;
  if (found !== undefined) return found;
  if (Object.hasOwn(template, 'default')) return template.default;
  const pointer = String(template.$from).replace(/^\/payload(?=\/|$)/, '');
  throw new ToolplaneError('REQUEST_INPUT_INVALID', {
    message: 'The tool needs a field that the request does not have',
    details: [{ pointer, detail: 'is missing, and the tool gives no default for it' }],
    retryable: false,
    effect: 'none',
  });
};
