import path from 'node:path';
import { ROOT } from '../support/instance.js';
import { sectionsOf, Shell } from '../support/shell-blocks.js';
import type { System } from '../support/system.js';

const PAGE = path.join(ROOT, 'docs/runbook.md');

export interface RunbookOptions {
  /** Whether bash, curl and jq are there. */
  readonly runnable: boolean;
  /** Whether the event log is Kafka and kcat is there: `sh kafka` blocks are run, too. */
  readonly kafka: boolean;
}

/** The commands of the runbook, section by section, in its order. */
export function describeRunbook(system: System, { runnable, kafka }: RunbookOptions): void {
  (runnable ? describe : describe.skip)('the runbook', () => {
    let shell: Shell;
    beforeAll(() => {
      const bin = path.join(ROOT, 'node_modules/.bin');
      const { env, dataDir } = system.instance;
      shell = new Shell(ROOT, { ...env, PATH: `${bin}:${env.PATH ?? ''}`, TOOLPLANE_DATA_DIR: dataDir });
    });
    afterAll(() => shell.close());

    const marked = kafka ? ['sh', 'sh kafka'] : ['sh'];
    const sections = sectionsOf(PAGE).map(({ title, blocks }) => ({
      title,
      blocks: blocks.filter((block) => marked.includes(block.marked)),
    }));
    it.each(sections.filter(({ blocks }) => blocks.length > 0))('works as it is written: $title', ({ blocks }) => {
      for (const { text } of blocks) {
        const { status, output } = shell.run(text);
        if (status !== 0) throw new Error(`a block ended with ${status}:\n${text}\n${output}`);
      }
    });
  });
}
