import { readFileSync } from 'node:fs';
import { faultsOf } from './check.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
import { Refined, type Definition, type Settings } from './definition.js';
import { Variable, type Given } from './variable.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Stands for a value that is missing or wrong: its fault is noted already. */
const FAULTY = Symbol('faulty');

const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
};

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Reads text by what the schema wants. What does not fit stays text, and the schema then says what it should be. */
const parse = (schema: Given['schema'], text: string): unknown => {
  const { type } = schema as { type?: string };
  if ((type === 'integer' || type === 'number') && NUMBER.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'array') return text.split(',').map((item) => item.trim()).filter((item) => item !== '');
  if (type === 'object') return parseJson(text);
  return text;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

class Loading {
  readonly faults: ConfigurationFault[] = [];

  constructor(private readonly env: Environment) {}

  settings(definition: Definition): Record<string, unknown> {
    return Object.fromEntries(Object.entries(definition).map(([name, member]) => [name, this.member(member)]));
  }

  private member(member: Variable | Refined | Definition): unknown {
    if (member instanceof Variable) return this.variable(member);
    return member instanceof Refined ? this.refined(member) : this.settings(member);
  }

  private refined({ variables, refine }: Refined): unknown {
    const before = this.faults.length;
    const settings = this.settings(variables);
    if (this.faults.length > before) return FAULTY;
    return refine(settings as never, (source, message, place) => this.faults.push({ source, message, ...place }));
  }

  private variable(variable: Variable): unknown {
    const { given } = variable;
    const text = this.text(variable);
    if (typeof text === 'symbol') return FAULTY;
    if (text === undefined) {
      if (given.default !== undefined || given.optional) return given.default;
      return this.fault(given.env, `is required: ${given.doc}`);
    }
    const value = parse(given.schema, text);
    const faults = faultsOf(given.schema, value);
    for (const { pointer, message } of faults) this.faults.push({ source: given.env, ...(pointer === '' ? {} : { pointer }), message });
    return faults.length > 0 ? FAULTY : value;
  }

  /** The text of a variable, from itself or its file. An empty one counts as not set: compose files write `NAME=`. */
  private text(variable: Variable): string | undefined | typeof FAULTY {
    const { env } = variable.given;
    const inline = this.env[env] || undefined;
    const path = variable.mayBeFile ? this.env[`${env}_FILE`] || undefined : undefined;
    if (path === undefined) return inline;
    if (inline !== undefined) return this.fault(env, `is set twice, by itself and by ${env}_FILE`);
    try {
      return readFileSync(path, 'utf8').replace(/\r?\n$/, '') || this.fault(`${env}_FILE`, 'names an empty file');
    } catch (cause) {
      return this.fault(`${env}_FILE`, `names a file that cannot be read (${codeOf(cause)})`);
    }
  }

  private fault(source: string, message: string): typeof FAULTY {
    this.faults.push({ source, message });
    return FAULTY;
  }
}

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? 'unknown reason';

/**
 * Reads a configuration from the environment, once, into a typed and frozen object.
 * @throws ConfigurationError with every fault there is; values are never printed.
 */
export const loadConfig = <D extends Definition>(definition: D, env: Environment = process.env): Settings<D> => {
  const loading = new Loading(env);
  const settings = loading.settings(definition);
  if (loading.faults.length > 0) throw new ConfigurationError(loading.faults);
  return freeze(settings) as Settings<D>;
};
