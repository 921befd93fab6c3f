import type { ConfigurationFault } from './configuration-error.js';
import { Variable } from './variable.js';

/** A configuration: variables, and groups of them. */
export interface Definition {
  readonly [name: string]: Variable | Refined | Definition;
}

/** The object a definition becomes: same shape, values in the place of variables, frozen. */
export type Settings<D extends Definition> = {
  readonly [Name in keyof D]: D[Name] extends Variable<infer T>
    ? T
    : D[Name] extends Refined<infer T>
      ? T
      : D[Name] extends Definition
        ? Settings<D[Name]>
        : never;
};

/**
 * Says that a variable is wrong where only several together can tell, or something in a file that one names. Never put a value into the
 * message.
 */
export type Blame = (source: string, message: string, place?: Pick<ConfigurationFault, 'line' | 'pointer'>) => void;

/** A group whose values depend on each other: checked and shaped once each of them is right by itself. */
export class Refined<T = unknown> {
  declare readonly value: T;

  constructor(
    readonly variables: Definition,
    readonly refine: (settings: never, blame: Blame) => T,
  ) {}
}

/** Declares a group and the function that shapes it. What it returns is not used when it blames a variable. */
export const refined = <const D extends Definition, T>(variables: D, refine: (settings: Settings<D>, blame: Blame) => T): Refined<T> =>
  new Refined<T>(variables, refine);

/** Declares the configuration of a service. Two variables of one name are a mistake of ours and thrown at once. */
export const defineConfig = <const D extends Definition>(definition: D): D => {
  const seen = new Map<string, Variable>();
  for (const { variable } of variablesOf(definition)) {
    const { env } = variable.given;
    const before = seen.get(env);
    if (before && before !== variable) throw new Error(`${env} is declared twice in one configuration`);
    seen.set(env, variable);
  }
  return definition;
};

export interface Placed {
  /** Where its value stands in the object, for instance `database.poolSize`. */
  readonly path: string;
  readonly variable: Variable;
}

/** Every variable of a definition, in the order in which they are declared. */
export const variablesOf = (definition: Definition, prefix = ''): readonly Placed[] =>
  Object.entries(definition).flatMap(([name, member]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (member instanceof Variable) return [{ path, variable: member }];
    return variablesOf(member instanceof Refined ? member.variables : member, path);
  });
