interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers concurrent calls into one: what arrives while a batch is under way makes the next one. At low load a batch of one starts at once.
 * @param work answers for every input, in order; when it throws, every caller of that batch gets the error.
 */
export class MicroBatch<Input, Output> {
  private waiting: Waiting<Input, Output>[] = [];
  private underWay = false;

  constructor(
    private readonly work: (inputs: readonly Input[]) => Promise<readonly Output[]>,
    private readonly largest: number,
  ) {}

  run(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      if (!this.underWay) {
        this.underWay = true;
        setImmediate(() => void this.drain());
      }
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.largest);
      try {
        const outputs = await this.work(batch.map(({ input }) => input));
        batch.forEach(({ resolve }, index) => resolve(outputs[index] as Output));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.underWay = false;
  }
}
