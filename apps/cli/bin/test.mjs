#!/usr/bin/env node
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepare, ROOT, run } from './prepare.mjs';

/**
 * `npm test`: every spec beside its source with coverage, then the black-box suites one after the other. Arguments go to jest, for
 * both runs. Ends with the plain line `N passed, N failed, N skipped`.
 */
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', path.join(ROOT, 'node_modules/jest/bin/jest.js')];
const results = mkdtempSync(path.join(tmpdir(), 'toolplane-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
let failed = false;

async function jest(name, args) {
  const started = Date.now();
  const file = path.join(results, `${name}.json`);
  const { code } = await run(process.execPath, [...JEST, '--json', `--outputFile=${file}`, ...args, ...process.argv.slice(2)], {
    show: true,
  });
  if (code !== 0) failed = true;
  if (existsSync(file)) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    total.passed += numPassedTests;
    total.failed += numFailedTests + numRuntimeErrorTestSuites;
    total.skipped += numPendingTests + numTodoTests;
  } else {
    total.failed += 1;
  }
  process.stderr.write(`  ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

await prepare();
await jest('unit', ['--coverage']);
await jest('end-to-end', ['--config=jest.e2e.config.mjs', '--runInBand']);
rmSync(results, { recursive: true });
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = failed ? 1 : 0;
