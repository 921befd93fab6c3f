const STILL_AFTER_MS = 5_000;

/** Tells people on standard output what is going on. */
export class Progress {
  constructor(private readonly write: (text: string) => void = (text) => void process.stdout.write(text)) {}

  say = (line: string): void => this.write(`  ${line}\n`);

  /** Says how long a step took, and while it lasts that it still does. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    const still = setInterval(() => this.say(`${title} … ${seconds()}`), STILL_AFTER_MS);
    try {
      const result = await work();
      this.say(`${title}: ${seconds()}`);
      return result;
    } finally {
      clearInterval(still);
    }
  }
}
