import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ToolBody } from '@toolplane/contracts/documents';
import { DependencyDown, type FieldError } from '@toolplane/contracts/errors';

export interface ProverOptions {
  /** Module of the thread. */
  readonly thread: URL;
  readonly worker: WorkerOptions;
  /** How long one tool's schemas may take. */
  readonly budgetMs: number;
}

const OPTIONS: ProverOptions = {
  thread: new URL('./prove.thread.js', import.meta.url),
  worker: { resourceLimits: { maxOldGenerationSizeMb: 128, stackSizeMb: 4 } },
  budgetMs: 100,
};
/** The machine may have had other things to do: what is over the budget gets a second thread, and no third. */
const TRIES = 2;
const TOO_COSTLY: readonly FieldError[] = [{ pointer: '/inputSchema', detail: 'together with the output schema takes too long to compile; make them simpler' }];

/**
 * Proves a tenant's schemas off the main thread, one tool at a time, each under a budget of time and memory: a schema that gets past
 * every cap and still costs a minute holds up nobody but its author.
 */
@Injectable()
export class SchemaProver implements OnApplicationBootstrap, OnApplicationShutdown {
  private thread: Promise<Worker> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private options = OPTIONS;

  static with(options: Partial<ProverOptions>): SchemaProver {
    const prover = new SchemaProver();
    prover.options = { ...OPTIONS, ...options };
    return prover;
  }

  /** Everything that the definition alone can be wrong in: its schemas, the examples that break them, its endpoint and texts. */
  faults(body: ToolBody): Promise<readonly FieldError[]> {
    const proved = this.last.then(() => this.prove(body));
    this.last = proved.catch(() => undefined);
    return proved;
  }

  /** So that the first to write a tool does not wait for it. Where it fails, the next who asks is told. */
  onApplicationBootstrap(): void {
    this.started().catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }

  private async prove(body: ToolBody): Promise<readonly FieldError[]> {
    for (let tried = 1; tried <= TRIES; tried++) {
      const faults = await this.ask(await this.started(), body);
      if (faults) return faults;
      await this.end();
    }
    return TOO_COSTLY;
  }

  /** Undefined where the budget is spent, or the thread died of it. */
  private ask(thread: Worker, body: ToolBody): Promise<readonly FieldError[] | undefined> {
    return new Promise((resolve) => {
      const done = (faults: readonly FieldError[] | undefined): void => {
        clearTimeout(timer);
        thread.off('message', answered).off('exit', died);
        resolve(faults);
      };
      const answered = ({ faults }: { faults: readonly FieldError[] }): void => done(faults);
      const died = (): void => done(undefined);
      // An answer that lies there already counts, however late this thread looks.
      const timer = setTimeout(() => setImmediate(() => setImmediate(() => done(undefined))), this.options.budgetMs);
      thread.on('message', answered).on('exit', died).postMessage(body);
    });
  }

  private started(): Promise<Worker> {
    this.thread ??= start(this.options).catch((error: unknown) => {
      this.thread = undefined;
      throw new DependencyDown('the thread that proves schemas', error);
    });
    return this.thread;
  }

  private async end(): Promise<void> {
    const ending = this.thread;
    this.thread = undefined;
    await (await ending?.catch(() => undefined))?.terminate();
  }
}

const start = ({ thread, worker }: ProverOptions): Promise<Worker> =>
  new Promise((resolve, reject) => {
    const started = new Worker(thread, worker);
    started.unref();
    // Without a listener an error in the thread would end the process; its end is what is looked at.
    started.on('error', reject).once('exit', () => reject(new Error('the thread ended before it was ready')));
    started.once('message', () => resolve(started));
  });
