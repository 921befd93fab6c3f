import { variablesOf, type Definition } from './definition.js';
import type { Given } from './variable.js';

/** A variable as `docs/config.md` shows it. */
export interface VariableDescription {
  readonly path: string;
  readonly env: string;
  readonly doc: string;
  /** In words: `integer`, `kafka or embedded`, `list`, `JSON`. */
  readonly type: string;
  /** JSON of the default; null where there is none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly secret: boolean;
  /** Whether `<NAME>_FILE` is read too. */
  readonly file: boolean;
}

interface Shape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const rangeOf = ({ minimum, maximum }: Shape): string => {
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, at least ${minimum}`;
  return maximum === undefined ? '' : `, at most ${maximum}`;
};

const typeOf = (schema: Given['schema']): string => {
  const shape = schema as Shape;
  if (shape.enum) return shape.enum.join(' or ');
  if (shape.type === 'array') return 'comma list';
  if (shape.type === 'object') return 'JSON';
  return `${shape.type ?? 'text'}${rangeOf(shape)}`.replace('string', 'text');
};

/** What `docs/config.md` and the checks of the deployment files know of a configuration. */
export const describeConfig = (definition: Definition): readonly VariableDescription[] =>
  variablesOf(definition).map(({ path, variable }) => {
    const { given } = variable;
    return {
      path,
      env: given.env,
      doc: given.doc,
      type: typeOf(given.schema),
      default: given.default === undefined ? null : JSON.stringify(given.default),
      required: given.default === undefined && given.optional !== true,
      secret: given.secret === true,
      file: variable.mayBeFile,
    };
  });
