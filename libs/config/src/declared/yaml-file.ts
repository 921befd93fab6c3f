import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import { parsePointer } from '@toolplane/contracts/documents';
import type { ConfigurationFault } from '../configuration-error.js';

/** Aliases can make much of little. */
const MAX_ALIASES = 100;
/** Names that make a copying program change the prototype of all objects. */
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype'];

/** A YAML file whose places are known. */
export interface YamlFile {
  readonly value: unknown;
  /** Line of what a JSON Pointer leads to, from 1; where that is missing, of what should hold it. */
  lineOf(pointer: string): number;
}

/** Reads YAML 1.2; one document a file, no key twice, no tags of its own. */
export function readYaml(source: string, text: string): YamlFile | { readonly faults: readonly ConfigurationFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true, version: '1.2', schema: 'core' });
  // After one fault of syntax the reader guesses at the rest.
  const [broken] = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const faults = [...(broken ? [broken] : twice), ...(broken ? [] : document.warnings)].map(({ linePos, message }) => ({
    source,
    line: linePos?.[0].line ?? 1,
    message: firstLine(message),
  }));
  const lineAt = (node: Node | undefined): number => (node?.range ? lines.linePos(node.range[0]).line : 1);
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && FORBIDDEN_KEYS.includes(String(key.value))) faults.push({ source, line: lineAt(key), message: `the key ${String(key.value)} is not allowed` });
    },
  });
  if (faults.length > 0) return { faults };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, lineOf: (pointer) => lineAt(nodeAt(document, parsePointer(pointer) ?? [])) };
  } catch (error) {
    return { faults: [{ source, line: 1, message: error instanceof Error ? firstLine(error.message) : 'cannot be read' }] };
  }
}

const firstLine = (message: string): string => message.split(/ at line|\n/)[0] ?? message;

/** As far as it goes; of a member of a map its key, which stands where the member begins. */
function nodeAt(document: Document, path: readonly string[]): Node | undefined {
  let node = (document.contents ?? undefined);
  let place = node;
  for (const token of path) {
    const whole = isAlias(node) ? node.resolve(document) : node;
    let next: Node | undefined;
    if (isMap(whole)) {
      const pair = whole.items.find(({ key }) => isScalar(key) && String(key.value) === token);
      next = pair?.value as Node | undefined;
      place = (pair?.key as Node | undefined) ?? place;
    } else if (isSeq(whole)) {
      next = whole.items[Number(token)] as Node | undefined;
      place = next ?? place;
    }
    if (!next) return place;
    node = next;
  }
  return place;
}
