import type { Static, TSchema } from 'typebox';

/** What is said of one variable: doc, name, schema and default stand on adjacent lines. */
export interface Given<S extends TSchema = TSchema> {
  /** Name in the environment. With `secret` or `file` also `<NAME>_FILE`, whose content is the value. */
  readonly env: string;
  /** One sentence for `docs/config.md`. */
  readonly doc: string;
  /** How the text is read follows from it: numbers, booleans, comma lists (arrays of strings), JSON (objects), else the text itself. */
  readonly schema: S;
  readonly default?: Static<S>;
  /** Undefined where it is not set; without this and without a default it is required. */
  readonly optional?: boolean;
  /** Never printed, and read from `<NAME>_FILE` too. */
  readonly secret?: boolean;
  /** Not secret, but long: read from `<NAME>_FILE` too. */
  readonly file?: boolean;
}

/** One variable of the environment. */
export class Variable<T = unknown> {
  /** The type of the value; there is no such member at run time. */
  declare readonly value: T;

  constructor(readonly given: Given) {}

  get mayBeFile(): boolean {
    return this.given.secret === true || this.given.file === true;
  }
}

interface VariableOf {
  <S extends TSchema>(given: Given<S> & { readonly optional: true; readonly default?: never }): Variable<Static<S> | undefined>;
  <S extends TSchema>(given: Given<S>): Variable<Static<S>>;
}

/** Declares a variable. */
export const variable: VariableOf = (given: Given) => new Variable<never>(given);
