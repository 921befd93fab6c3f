import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Compiles what is newer than its output, file by file, with the very settings the specs run with: a fresh clone starts in seconds,
 * and types are `npm run build`'s to check. Both write the same files.
 */
const AT_ONCE = 32;

const OPTIONS = {
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
};

const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Source files of a project with where their output belongs, as its tsconfig.json says. */
function filesOf(project) {
  const { compilerOptions, include } = JSON.parse(readFileSync(path.join(project, 'tsconfig.json'), 'utf8'));
  const base = path.join(project, compilerOptions.rootDir);
  const target = path.join(project, compilerOptions.outDir);
  return include
    .filter((folder) => !folder.includes('*') && statSync(path.join(project, folder), { throwIfNoEntry: false }))
    .flatMap((folder) => readdirSync(path.join(project, folder), { recursive: true }).map((name) => path.join(project, folder, name)))
    .filter((file) => /\.(ts|json)$/.test(file) && !/\.(spec|d)\.ts$/.test(file))
    .map((file) => ({ file, output: path.join(target, path.relative(base, file)).replace(/\.ts$/, '.js') }));
}

const projects = (root) =>
  ['libs', 'apps'].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .map((name) => path.join(root, folder, name))
      .filter((project) => statSync(path.join(project, 'tsconfig.json'), { throwIfNoEntry: false })),
  );

/** Files whose output is missing or older than they are. */
export const stale = (root) =>
  projects(root)
    .flatMap(filesOf)
    .filter(({ file, output }) => modified(file) > modified(output));

export async function compile(files) {
  const { transformFile } = await import('@swc/core');
  const waiting = [...files];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await compileOne(transformFile, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function compileOne(transformFile, { file, output }) {
  mkdirSync(path.dirname(output), { recursive: true });
  if (file.endsWith('.json')) return copyFileSync(file, output);
  const { code, map } = await transformFile(file, OPTIONS);
  writeFileSync(`${output}.map`, map);
  writeFileSync(output, `${code}\n//# sourceMappingURL=${path.basename(output)}.map\n`);
}
