import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkDeclared, DeclaredFile, declaredSet, type CheckOfTool, type DeclaredSet, type DeclaredSource } from '@toolplane/contracts/documents';
import { faultsOf, type SchemaFault } from '../check.js';
import { ConfigurationError, type ConfigurationFault } from '../configuration-error.js';
import { readYaml, type YamlFile } from './yaml-file.js';

/** What a folder declares, and where each of it stands. */
export interface Declared {
  readonly set: DeclaredSet;
  /**
   * The fault of something declared that shows itself only later, with its file and line.
   * @param pointer what is at fault within it
   */
  faultOf(kind: DeclaredKind, name: string, message: string, pointer?: string): ConfigurationFault;
}
export type DeclaredKind = 'tools' | 'toolkits' | 'agents';

type Read = DeclaredSource & Pick<YamlFile, 'lineOf'>;

/**
 * Reads and checks every `*.yaml` of a folder as one set.
 * @param ofTool how a tool is checked; without it as far as can be told without compiling anything
 * @throws ConfigurationError with every fault of every file, each with its line; no value is printed
 */
export function readDeclared(folder: string, ofTool?: CheckOfTool): Declared {
  const results = filesOf(folder).map(read);
  const readable = results.filter((result): result is Read => 'content' in result);
  const faults = results.flatMap((result) => ('faults' in result ? result.faults : []));
  // What names something in a file that cannot be read is not also blamed for that.
  if (faults.length === 0) faults.push(...checkDeclared(readable, ofTool).map(({ file, pointer, detail }) => place(readable, file, pointer, detail)));
  if (faults.length > 0) throw new ConfigurationError([...faults].sort(byPlace));
  return { set: declaredSet(readable), faultOf: (kind, name, message, pointer = '') => faultOf(readable, kind, name, { pointer, message }) };
}

const filesOf = (folder: string): string[] => {
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => path.join(folder, name));
  } catch (cause) {
    throw new ConfigurationError([{ source: folder, message: `cannot be read as a folder (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})` }]);
  }
};

function read(file: string): Read | { readonly faults: readonly ConfigurationFault[] } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    return { faults: [{ source: file, message: `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})` }] };
  }
  const yaml = readYaml(file, text);
  if ('faults' in yaml) return yaml;
  // A file with nothing but comments declares nothing.
  const value = yaml.value ?? {};
  const faults = told(faultsOf(DeclaredFile, value)).map(({ pointer, message, property }) => {
    const at = property === undefined ? pointer : `${pointer}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return { source: file, line: yaml.lineOf(at), pointer: pointer || '/', message };
  });
  return faults.length > 0 ? { faults } : { file, content: value, lineOf: yaml.lineOf };
}

/** Of alternatives that all fail, the deepest fault says most; that none fits says nothing more. */
function told(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const inside = faults.filter(({ message }) => !/must match (a schema in anyOf|exactly one schema)/.test(message));
  const seen = new Set<string>();
  return (inside.length > 0 ? inside : faults).filter(({ pointer, message }) => {
    const key = `${pointer} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function place(files: readonly Read[], file: string, pointer: string, message: string): ConfigurationFault {
  const line = files.find((one) => one.file === file)?.lineOf(pointer) ?? 1;
  return { source: file, line, pointer, message };
}

function faultOf(files: readonly Read[], kind: DeclaredKind, name: string, { pointer, message }: SchemaFault): ConfigurationFault {
  for (const { file, content } of files) {
    const index = (content[kind] ?? []).findIndex((one) => one.name === name);
    if (index >= 0) return place(files, file, `/${kind}/${index}${pointer}`, message);
  }
  return { source: kind, message: `${name}: ${message}` };
}

const byPlace = (a: ConfigurationFault, b: ConfigurationFault): number => (a.source === b.source ? (a.line ?? 0) - (b.line ?? 0) : a.source < b.source ? -1 : 1);
