import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '@toolplane/config';
import { outcomeOf } from './breakers/outcome.js';

/** The page, followed to the letter: its files are written out, compiled, and its own spec is run as a part of this one. */
const ROOT = path.join(import.meta.dirname, '../../..');
const page = readFileSync(path.join(ROOT, 'docs/writing-a-provider.md'), 'utf8');
const files = [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => ({ name, text }));

// Beside the sources, where packages are found.
const folder = mkdtempSync(path.join(ROOT, 'libs/provider-kit/.data-written-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const { name, text } of files) {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}
const urlOf = (name: string): string => pathToFileURL(path.join(folder, name)).href;
await import(urlOf('src/clock.spec.ts'));

describe('the page about writing a provider', () => {
  it('shows files that compile', () => {
    const config = {
      extends: path.join(ROOT, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true, composite: false, incremental: false, customConditions: ['@toolplane/source'], rootDir: ROOT },
      // Declarations that no import leads to.
      include: ['src', path.join(ROOT, 'libs/messaging/src/**/*.d.ts')],
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = path.join(ROOT, 'node_modules/typescript-7/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  }, 60_000);

  it('shows a configuration that tells what is missing', async () => {
    const { providerClockConfig } = (await import(urlOf('src/provider-clock.config.ts'))) as {
      providerClockConfig: Parameters<typeof loadConfig>[0];
    };
    expect(() => loadConfig(providerClockConfig, {})).toThrow('KAFKA_BROKERS');
    expect(loadConfig(providerClockConfig, { KAFKA_BROKERS: 'localhost:9092' })).toMatchObject({
      service: { port: 8087 },
      breaker: { volume: 10 },
    });
  });

  it('says what the breaker counts', () => {
    const rows = [...page.matchAll(/^\|[^|\n]*\|([^|\n]*)\| (answered|failed|nothing) \|$/gm)];
    expect(rows).toHaveLength(8);
    for (const [, codes = '', counted] of rows) {
      for (const [, code = ''] of codes.matchAll(/`([A-Z_]+)`/g)) {
        // Effect none where the row says that nothing was called.
        const effect = counted === 'nothing' ? 'none' : 'possible';
        expect([code, outcomeOf({ code, effect })]).toEqual([code, counted === 'nothing' ? 'unknown' : counted]);
      }
    }
  });
});
