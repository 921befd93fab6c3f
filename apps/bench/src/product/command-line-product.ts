import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { System } from '../measure/load.js';
import type { Instance } from './instance.js';
import { Requests } from './requests.js';
import { Tables } from './tables.js';

const ENTRIES_AN_EXECUTION = 2;
const LOOK_EVERY_MS = 20;
const SETTLED_WITHIN_MS = 60_000;

/** The product on a log that no Kafka client reaches: requests go in through `toolplane publish`, answers are counted in its tables. */
export class CommandLineProduct implements System {
  private readonly requests = new Requests();
  private recorded = 0;
  private looking = true;

  private constructor(
    private readonly publisher: ReturnType<typeof publisherOf>,
    private readonly tables: Tables,
    private readonly entriesBefore: number,
  ) {
    void this.look();
  }

  static async connect(root: string, { dataDir, ready }: Instance): Promise<CommandLineProduct> {
    const tables = await Tables.open(ready.databaseUrl);
    return new CommandLineProduct(publisherOf(root, dataDir), tables, await tables.lastAuditSequence());
  }

  async publish(count: number): Promise<void> {
    const lines = Array.from({ length: count }, () => `${this.requests.next().value}\n`).join('');
    await new Promise<void>((resolve, reject) => this.publisher.stdin.write(lines, (error) => (error ? reject(error) : resolve())));
  }

  /** An execution is done when both of its entries are in the audit. */
  completed(): number {
    return Math.floor(this.recorded / ENTRIES_AN_EXECUTION);
  }

  async settled(): Promise<void> {
    for (const deadline = Date.now() + SETTLED_WITHIN_MS; this.completed() < this.requests.made && Date.now() < deadline;)
      await sleep(LOOK_EVERY_MS);
  }

  async lost(): Promise<number> {
    await this.settled();
    const ids = [...this.requests.executionIds()];
    const { succeeded, entries } = await this.tables.of(ids);
    return ids.filter((id) => !succeeded.has(id) || entries.get(id) !== ENTRIES_AN_EXECUTION).length;
  }

  async close(): Promise<void> {
    this.looking = false;
    this.publisher.stdin.end();
    await this.publisher;
    await this.tables.close();
  }

  private async look(): Promise<void> {
    for (; this.looking; await sleep(LOOK_EVERY_MS)) this.recorded = (await this.tables.lastAuditSequence()) - this.entriesBefore;
  }
}

const publisherOf = (root: string, dataDir: string) =>
  execa(process.execPath, [path.join(root, 'apps/cli/bin/toolplane.mjs'), 'publish', '-'], {
    cwd: root,
    env: { TOOLPLANE_DATA_DIR: dataDir },
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    buffer: false,
    reject: false,
  });
