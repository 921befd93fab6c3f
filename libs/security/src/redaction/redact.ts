import { isSealedForm } from '../schemas/sealed-form.js';
import { escapeSegment, marksBelow, marksOf, NO_MARKS, type Mark } from './marks.js';
import { isSensitiveKey } from './sensitive-key.js';
import { secretMatcher } from './secret-matcher.js';

export const REDACTED = '[redacted]';

/** Where something was replaced, and by which rule: the schema's mark, the member's name, or a known secret value. */
export interface Redaction {
  readonly pointer: string;
  readonly rule: 'schema' | 'key' | 'value';
}

export interface RedactOptions {
  /** JSON Pointers of marked fields, `*` for any item or member; `compileSchema` collects them. */
  readonly pointers?: readonly string[] | undefined;
  /** Whether members whose names say "secret" are replaced: for logs, audit, lists and the UI. Default false. */
  readonly keys?: boolean | undefined;
  /** Whether sealed values are replaced wherever they stand: for whatever is shown of an input. Default false. */
  readonly sealed?: boolean | undefined;
  /** Secret values that must not come back, wherever and however encoded they are. */
  readonly values?: readonly string[] | undefined;
  /** Pointer of the value in a larger document, put before each pointer of the answer: `/input`. */
  readonly at?: string | undefined;
}

export interface Redacted<T = unknown> {
  /** The same value where nothing was replaced; otherwise a copy that shares what is untouched. */
  readonly value: T;
  readonly redactions: readonly Redaction[];
}

export type Redactor = <T>(value: T, at?: string) => Redacted<T>;

const NONE: readonly Redaction[] = Object.freeze([]);
const untouched: Redactor = (value) => ({ value, redactions: NONE });

/** The one redaction there is. Changes nothing in the value it is given. What is redacted already stays, unreported. */
export const redact = <T>(value: T, options: RedactOptions): Redacted<T> => redactor(options)(value, options.at);

/** The same, prepared once for many values. */
export function redactor({ pointers, keys = false, sealed = false, values }: RedactOptions): Redactor {
  const marks = pointers && pointers.length > 0 ? marksOf(pointers) : NO_MARKS;
  const isSecret = values && values.length > 0 ? secretMatcher(values) : null;
  if (marks === NO_MARKS && !keys && !sealed && !isSecret) return untouched;
  return <T>(value: T, at = '') => {
    const run = new Run(keys, sealed, isSecret);
    const result = run.visit(value, at, marks, false) as T;
    return run.redactions ? { value: result, redactions: run.redactions } : { value, redactions: NONE };
  };
}

class Run {
  redactions: Redaction[] | undefined;

  constructor(
    private readonly keys: boolean,
    private readonly sealed: boolean,
    private readonly isSecret: ((text: string) => boolean) | null,
  ) {}

  /** @param named whether the member's name says that it is a secret. */
  visit(value: unknown, pointer: string, marks: readonly Mark[], named: boolean): unknown {
    if (value === REDACTED) return value;
    for (const { marked } of marks) if (marked) return this.#replace(pointer, 'schema');
    if (named && value !== null && typeof value !== 'boolean') return this.#replace(pointer, 'key');
    switch (typeof value) {
      case 'string':
        return this.isSecret?.(value) ? this.#replace(pointer, 'value') : value;
      case 'number':
        return this.isSecret?.(String(value)) ? this.#replace(pointer, 'value') : value;
      case 'object':
        if (value === null || (marks === NO_MARKS && !this.keys && !this.sealed && !this.isSecret)) return value;
        if (this.sealed && isSealedForm(value)) return this.#replace(pointer, 'schema');
        return Array.isArray(value) ? this.#array(value, pointer, marks) : this.#object(value as Record<string, unknown>, pointer, marks);
      default:
        return value;
    }
  }

  #array(items: readonly unknown[], pointer: string, marks: readonly Mark[]): readonly unknown[] {
    let copy: unknown[] | undefined;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      const visited = this.visit(item, `${pointer}/${i}`, marksBelow(marks, String(i)), false);
      if (visited !== item) (copy ??= items.slice())[i] = visited;
    }
    return copy ?? items;
  }

  #object(members: Record<string, unknown>, pointer: string, marks: readonly Mark[]): Record<string, unknown> {
    let copy: Map<string, unknown> | undefined;
    for (const key of Object.keys(members)) {
      const member = members[key];
      const hidden = this.isSecret?.(key) === true;
      const name = hidden ? this.#nameFor(members, copy) : key;
      const at = `${pointer}/${escapeSegment(name)}`;
      const visited = hidden ? this.#replace(at, 'value') : this.visit(member, at, marksBelow(marks, key), this.keys && isSensitiveKey(key));
      if (visited === member && !hidden) continue;
      copy ??= new Map(Object.entries(members));
      if (hidden) copy.delete(key);
      copy.set(name, visited);
    }
    return copy ? Object.fromEntries(copy) : members;
  }

  /** A secret can also be a member's name. */
  #nameFor(members: Record<string, unknown>, copy: Map<string, unknown> | undefined): string {
    for (let i = 1; ; i++) {
      const name = i === 1 ? REDACTED : `${REDACTED} ${i}`;
      if (!Object.hasOwn(members, name) && !copy?.has(name)) return name;
    }
  }

  #replace(pointer: string, rule: Redaction['rule']): typeof REDACTED {
    (this.redactions ??= []).push({ pointer, rule });
    return REDACTED;
  }
}
