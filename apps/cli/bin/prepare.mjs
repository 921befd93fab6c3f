import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compile, stale } from './compile.mjs';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
const MINIMUM = [20, 19];

const packagesIn = (file) => Object.entries(JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages);

/** Whether node_modules holds what package-lock.json says; by content, as a checkout may touch any file's time. */
function installed() {
  if (!existsSync(path.join(ROOT, 'node_modules/.package-lock.json'))) return false;
  const present = new Map(packagesIn('node_modules/.package-lock.json'));
  return packagesIn('package-lock.json').every(([place, { version, optional, link }]) => {
    if (!place.includes('node_modules/') || link || optional) return true;
    return present.get(place)?.version === version;
  });
}

/** Runs a command to its end; its output is shown only when it fails, unless `show`. */
export function run(command, args, { show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code: code ?? 1, signal, output: Buffer.concat(output).toString() }));
  });
}

/** Says what is being done and, while it lasts, for how long. Everything goes to standard error: standard output is for the result. */
async function step(title, work) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  process.stderr.write(`  ${title} …\n`);
  const ticker = setInterval(() => process.stderr.write(`  ${title} … ${seconds()}\n`), 10_000);
  try {
    const { code, signal, output } = await work();
    if (signal) process.exit(1);
    if (code !== 0) {
      process.stderr.write(`${output}\n  ${title} failed after ${seconds()}\n`);
      process.exit(1);
    }
    process.stderr.write(`  ${title}: done in ${seconds()}\n`);
  } finally {
    clearInterval(ticker);
  }
}

/** Installs and builds what is missing or stale, so that every command works from a fresh clone. */
export async function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
    process.stderr.write(`Toolplane needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node}.\n`);
    process.exit(1);
  }
  if (!installed()) await step('installing packages (npm ci)', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']));
  const files = stale(ROOT);
  if (files.length > 0)
    await step(`building ${files.length} files`, () =>
      compile(files).then(
        () => ({ code: 0 }),
        (error) => ({ code: 1, output: error.message }),
      ),
    );
}
