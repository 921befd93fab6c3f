import { RE2JS } from 're2js';
import { spend } from './budget.js';
import { withShortNames } from './unicode-names.js';

/** An automaton keeps up to 8 MiB of states; all of them together may keep this much before the oldest is built anew. */
const WARM_BYTES = 64 * 1024 * 1024;
const AUTOMATON_BYTES = 8 * 1024 * 1024;
const warm = new Set<LinearPattern>();

/**
 * A pattern on RE2's engine: time grows with the text, never exponentially, whatever the tenant wrote. Look-around and back-references
 * do not exist there; `.`, `\s` and `\b` are RE2's. Throws what RE2 throws where the pattern is not one.
 */
export class LinearPattern {
  /** Instructions of the compiled program; a character costs at most 20 ns for each. */
  readonly size: number;
  readonly #translated: string;
  #engine: RE2JS | undefined;
  #states = 0;

  constructor(readonly source: string) {
    this.#translated = RE2JS.translateRegExp(withShortNames(source));
    this.#engine = RE2JS.compile(this.#translated);
    this.size = this.#engine.programSize();
  }

  test(text: string): boolean {
    spend((text.length * this.size) / 4);
    this.#states += (text.length + 1) * (200 + 8 * this.size);
    if (this.#states > AUTOMATON_BYTES / 8) this.#keepWarm();
    this.#engine ??= RE2JS.compile(this.#translated);
    return this.#engine.test(text);
  }

  /** Ajv keeps patterns by this text. */
  toString(): string {
    return this.source;
  }

  /** States are estimated from the text read, since the engine does not say; too many warm automata: the oldest starts again. */
  #keepWarm(): void {
    if (warm.has(this)) return;
    warm.add(this);
    if (warm.size * AUTOMATON_BYTES <= WARM_BYTES) return;
    for (const oldest of warm) {
      oldest.#cool();
      return;
    }
  }

  #cool(): void {
    warm.delete(this);
    this.#engine = undefined;
    this.#states = 0;
  }
}
