import type { DeniedValue } from '@toolplane/contracts/documents';
import type { FieldError } from '@toolplane/contracts/errors';
import { canonical } from '../chain/canonical.js';
import { budget, openBudget, spend } from './budget.js';
import { SCHEMA_CAPS, fault, pointerTo } from './caps.js';
import { LinearPattern } from './linear-pattern.js';
import { isSealedForm } from './sealed-form.js';
import { looksLikePath, pathOf, plain, readingsOf, type Path } from './readings.js';

/** A denied value that was found. */
export interface Denied {
  /** Where, from the payload's root. */
  readonly pointer: string;
  readonly parameter: string;
  /** The denial as its author wrote it; null where the value cannot be looked at, because it is sealed or too costly to match. */
  readonly denied: DeniedValue | null;
  readonly reason: 'denied' | 'sealed' | 'costly';
}

export interface CompiledDenials {
  readonly ok: true;
  /** The first denied value of each parameter. Whoever reads the payload later may read it otherwise: see docs/policies.md. */
  find(payload: Readonly<Record<string, unknown>>): readonly Denied[];
}
export interface RefusedDenials {
  readonly ok: false;
  /** Pointers into the map of denials. */
  readonly errors: readonly FieldError[];
}

/** Of one value that a parameter holds: itself, an item or a member of it, or a list's scalars with a space between them. */
type Test = (value: Reading) => boolean;
interface Denial {
  readonly written: DeniedValue;
  readonly test: Test;
}

const NONE: readonly Denied[] = Object.freeze([]);

/**
 * Makes a check of an assignment's denied values. Texts are compared without regard to case, after `readingsOf`; `matches` alone sees the
 * case, and runs in linear time. Answers faults of the denials as values: they are found when an assignment is written.
 */
export function compileDenials(deniedParameters: Readonly<Record<string, readonly DeniedValue[]>>): CompiledDenials | RefusedDenials {
  const errors: FieldError[] = [];
  let patternSize = 0;
  const compiled: (readonly [parameter: string, denials: readonly Denial[]])[] = [];
  for (const [parameter, values] of Object.entries(deniedParameters)) {
    const denials: Denial[] = [];
    values.forEach((written, index) => {
      const denial = denialOf(written);
      patternSize += 'test' in denial ? denial.patternSize : 0;
      const found = !('test' in denial) ? denial : patternSize > SCHEMA_CAPS.patternSizeTotal ? TOO_MANY : null;
      if (found) errors.push(fault(`${pointerTo('', parameter)}/${index}${found.at}`, found.detail));
      else if ('test' in denial) denials.push({ written, test: denial.test });
    });
    compiled.push([parameter, denials]);
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, find: (payload) => findIn(payload, compiled) };
}

function findIn(payload: Readonly<Record<string, unknown>>, compiled: readonly (readonly [string, readonly Denial[]])[]): readonly Denied[] {
  let found: Denied[] | undefined;
  openBudget();
  for (const [parameter, denials] of compiled) {
    if (!Object.hasOwn(payload, parameter)) continue;
    const denied = look(payload[parameter], parameter, denials);
    if (denied) (found ??= []).push(denied);
  }
  return found ?? NONE;
}

interface Found extends Pick<Denied, 'denied' | 'reason'> {
  /** From the value upwards: pointers are written down only where there is something to point at. */
  readonly path: string[];
}

function look(value: unknown, parameter: string, denials: readonly Denial[]): Denied | null {
  const found = visited(value, denials);
  return found && { pointer: found.path.concat(parameter).reduceRight(pointerTo, ''), parameter, denied: found.denied, reason: found.reason };
}

function visited(value: unknown, denials: readonly Denial[]): Found | null {
  try {
    return visit(value, denials);
  } catch (error) {
    if (error !== budget) throw error;
    return { path: [], denied: null, reason: 'costly' };
  }
}

function visit(value: unknown, denials: readonly Denial[]): Found | null {
  if (isSealedForm(value)) return { path: [], denied: null, reason: 'sealed' };
  spend(denials.length);
  const reading = new Reading(value);
  for (const { written, test } of denials) if (test(reading)) return { path: [], denied: written, reason: 'denied' };
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = visit(member, denials);
    if (found) {
      found.path.push(name);
      return found;
    }
  }
  return null;
}

/** One value, read as often as its denials need and no oftener. */
class Reading {
  #texts: readonly string[] | undefined;
  #folded: readonly string[] | undefined;
  #paths: readonly Path[] | undefined;
  #form: string | undefined;

  constructor(readonly value: unknown) {}

  get texts(): readonly string[] {
    return (this.#texts ??= textsOf(this.value));
  }

  get folded(): readonly string[] {
    return (this.#folded ??= this.texts.map((text) => text.toLowerCase()));
  }

  get paths(): readonly Path[] {
    return (this.#paths ??= this.folded.map(pathOf));
  }

  get form(): string {
    if (this.#form === undefined) {
      this.#form = canonical(this.value);
      spend(this.#form.length / 8);
    }
    return this.#form;
  }
}

const NO_TEXT: readonly string[] = Object.freeze([]);
const isScalar = (value: unknown): value is string | number | boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Of a list of scalars also its text as a command line has it. */
function textsOf(value: unknown): readonly string[] {
  if (isScalar(value)) return readingsOf(String(value));
  return Array.isArray(value) && value.length > 1 && value.every(isScalar) ? readingsOf(value.join(' ')) : NO_TEXT;
}

interface Refused {
  readonly at: string;
  readonly detail: string;
}
interface Made {
  readonly test: Test;
  readonly patternSize: number;
}
const made = (test: Test, patternSize = 0): Made => ({ test, patternSize });
const TOO_MANY: Refused = { at: '/matches', detail: 'is too large with the other patterns of this assignment; repeat less' };

function denialOf(written: DeniedValue): Made | Refused {
  if (typeof written === 'string') return looksLikePath(plain(written)) ? prefix(written, '') : contains(written, '');
  if (typeof written !== 'object' || written === null) return equals(written);
  if ('equals' in written) return equals(written.equals);
  if ('prefix' in written) return prefix(written.prefix, '/prefix');
  if ('contains' in written) return contains(written.contains, '/contains');
  return matches(written.matches);
}

/** Scalars are equal by their text, lists and objects by their canonical form. */
function equals(wanted: unknown): Made {
  if (!isScalar(wanted)) {
    const form = canonical(wanted);
    return made((reading) => !isScalar(reading.value) && reading.form === form);
  }
  const text = plain(String(wanted)).toLowerCase();
  return made((reading) => isScalar(reading.value) && reading.folded.includes(text));
}

function contains(wanted: string, at: string): Made | Refused {
  const needle = plain(wanted).toLowerCase();
  if (needle === '') return { at, detail: 'holds nothing that is seen, and would deny everything' };
  return made(({ folded }) =>
    folded.some((text) => {
      spend(text.length / 64);
      return text.includes(needle);
    }));
}

/** By whole segments: `/etc` denies `/etc` and all below it, not `/etcetera`. */
function prefix(wanted: string, at: string): Made | Refused {
  const { text, climbs } = pathOf(plain(wanted).toLowerCase());
  if (text === '') return { at, detail: 'names no path' };
  if (climbs && text === '/') return made(({ paths }) => paths.some((path) => path.climbs));
  const below = text === '/' ? text : `${text}/`;
  return made(({ paths }) => paths.some((path) => path.text === text || path.text.startsWith(below)));
}

function matches(source: string): Made | Refused {
  let pattern: LinearPattern;
  try {
    pattern = new LinearPattern(source);
  } catch {
    return { at: '/matches', detail: 'is not a pattern that can be matched in linear time (RE2 syntax: no look-around, no back-references)' };
  }
  if (pattern.size > SCHEMA_CAPS.patternSize) return { at: '/matches', detail: 'is too large; repeat less' };
  return made(({ texts }) => texts.some((text) => pattern.test(text)), pattern.size);
}
