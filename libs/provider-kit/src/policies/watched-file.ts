import { stat } from 'node:fs/promises';

/**
 * A file that is read again when it has changed. Looked at on every use, so that what an operator writes holds for the next call;
 * looking costs a `stat`, reading is the exception.
 */
export class WatchedFile<T> {
  #seen = '';
  #value: T | undefined;
  #reading: Promise<T> | undefined;

  /** @param read throws where the file cannot be used; nothing is kept then, and the next call reads again. */
  constructor(
    readonly path: string,
    private readonly read: (path: string) => T,
  ) {}

  /** @throws what `read` throws. */
  current(): Promise<T> {
    // Calls of the same moment share one look.
    return (this.#reading ??= this.#look().finally(() => {
      this.#reading = undefined;
    }));
  }

  async #look(): Promise<T> {
    const now = await stat(this.path).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => '',
    );
    if (now !== '' && now === this.#seen && this.#value !== undefined) return this.#value;
    // Read afterwards: a change in between is seen as one at the next look.
    this.#seen = '';
    this.#value = this.read(this.path);
    this.#seen = now;
    return this.#value;
  }
}
