import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The launcher's folder: databases, logs, what was generated once. Whoever may read it may do anything with this instance. */
export class DataDir {
  private constructor(
    readonly path: string,
    /** As it is told to people: relative where it lies below the working directory. */
    readonly shown: string,
  ) {}

  /** A relative path is one below the repository, wherever the command was given. */
  static at(given: string, root: string): DataDir {
    const absolute = path.resolve(root, given);
    const relative = path.relative(process.cwd(), absolute);
    return new DataDir(absolute, relative.startsWith('..') || path.isAbsolute(relative) || relative === '' ? absolute : relative);
  }

  async open(): Promise<this> {
    await mkdir(this.file('logs'), { recursive: true });
    await mkdir(this.file('secrets'), { recursive: true, mode: 0o700 });
    return this;
  }

  file(...names: string[]): string {
    return path.join(this.path, ...names);
  }

  async readJson<T>(name: string, otherwise: T): Promise<T> {
    const text = await readFile(this.file(name), 'utf8').catch(() => undefined);
    return text === undefined ? otherwise : (JSON.parse(text) as T);
  }

  /** Whole or not at all: a start that is killed here leaves the old file. */
  async writeJson(name: string, value: unknown): Promise<string> {
    return this.write(name, `${JSON.stringify(value, null, 2)}\n`, 0o644);
  }

  /** What a secret file holds; made at the first start. Only the owner may read it. */
  async secret(name: string, make: () => string): Promise<string> {
    const known = await readFile(this.file(name), 'utf8').catch(() => undefined);
    if (known !== undefined) return known.trimEnd();
    const made = make();
    await this.writeSecret(name, made);
    return made;
  }

  async writeSecret(name: string, value: string): Promise<string> {
    return this.write(name, `${value}\n`, 0o600);
  }

  private async write(name: string, text: string, mode: number): Promise<string> {
    const file = this.file(name);
    const partial = `${file}.${process.pid}`;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(partial, text, { mode });
    await chmod(partial, mode);
    await rename(partial, file);
    return file;
  }
}
