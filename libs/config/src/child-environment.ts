import type { Environment } from './load-config.js';

/**
 * The environment of a process that this one starts: what it was given itself, and `over` it what that process needs. A variable and
 * its `_FILE` replace each other, so that none is set twice.
 */
export function childEnvironment(over: Environment, env: Environment = process.env): Environment {
  const replaced = Object.keys(over).map((name) => (name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : `${name}_FILE`));
  return { ...env, ...Object.fromEntries(replaced.map((name) => [name, undefined])), ...over };
}
