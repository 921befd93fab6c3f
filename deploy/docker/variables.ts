import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describeConfig, type Definition, type VariableDescription } from '@toolplane/config';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** Apps that run as services: those with a configuration of their own. */
export const SERVICES = readdirSync(path.join(ROOT, 'apps')).filter(
  (name) => name !== 'cli' && existsSync(path.join(ROOT, `apps/${name}/src/${name}.config.ts`)),
);

const isDefinition = (value: unknown): value is Definition => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an app reads from its environment. */
export async function variablesOf(app: string): Promise<readonly VariableDescription[]> {
  const module = (await import(path.join(ROOT, `apps/${app}/src/${app}.config.ts`))) as Readonly<Record<string, unknown>>;
  const definition = Object.entries(module).find(([name, value]) => name.endsWith('Config') && isDefinition(value))?.[1];
  if (!isDefinition(definition)) throw new Error(`apps/${app} exports no configuration`);
  return describeConfig(definition);
}

/** Variables that are set and not known, and those that are required and not set. */
export function compare(
  known: readonly VariableDescription[],
  set: readonly string[],
): { readonly unknown: string[]; readonly missing: string[] } {
  return {
    unknown: set.filter((variable) => !known.some(({ env, file }) => variable === env || (file && variable === `${env}_FILE`))),
    missing: known.filter(({ required, env }) => required && !set.includes(env) && !set.includes(`${env}_FILE`)).map(({ env }) => env),
  };
}
