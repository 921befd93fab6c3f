type Step = () => Promise<unknown>;

/** How everything ends: in the reverse order of its beginning, once, within ten seconds altogether. */
export class Stopping {
  /** Services end first, and still need what they stand on. */
  readonly servicesWithinMs = 5_500;
  readonly logWithinMs = 500;
  readonly storesWithinMs = 3_000;
  private readonly steps: { readonly name: string; readonly stop: Step }[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly say: (line: string) => void) {}

  /** What begins after the end has begun is ended at once. */
  add(name: string, stop: Step): void {
    this.steps.push({ name, stop });
    if (this.running) this.running = this.running.then(() => this.unwind());
  }

  get begun(): boolean {
    return this.running !== undefined;
  }

  /** A second call waits for the first. */
  stop(): Promise<void> {
    this.running ??= this.unwind();
    return this.running;
  }

  private async unwind(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      const { name, stop } = step;
      await stop().catch((error: unknown) => this.say(`${name} did not stop: ${error instanceof Error ? error.message : String(error)}`));
    }
  }
}
