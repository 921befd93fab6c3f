import { createHash } from 'node:crypto';
import { chmod, chown, constants, lstat, mkdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openToAll } from './binaries.js';

/** Ids for `spawn`; undefined where the server runs as whoever starts it. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: then it runs as `nobody`, which every system has. */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] = passwd.split('\n').find((line) => line.startsWith('nobody:'))?.split(':') ?? [];
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
}

/**
 * The folder for the cluster: `<dataDir>/cluster`, made for the server's user. Where `nobody` cannot reach that (a closed home), the
 * cluster lies under /var/lib and `cluster` is a link to it: whoever empties `dataDir` takes the link away, and a cluster without its
 * link is emptied before it is used again.
 */
export async function clusterDir(dataDir: string, user: ServerUser | undefined): Promise<string> {
  const cluster = join(resolve(dataDir), 'cluster');
  await mkdir(dirname(cluster), { recursive: true });
  if (!user) {
    await mkdir(cluster, { recursive: true, mode: 0o700 });
    return cluster;
  }
  // A folder that `mkdtemp` made keeps everybody out. Letting others through shows them nothing: what lies in it keeps its own mode.
  await chmod(dirname(cluster), (await stat(dirname(cluster))).mode | constants.S_IXOTH);
  const entry = await lstat(cluster).catch(() => undefined);
  if (entry?.isSymbolicLink()) return own(await readlink(cluster), user);
  if (entry || (await openToAll(dirname(cluster)))) return own(cluster, user);
  const elsewhere = `/var/lib/toolplane-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}/cluster`;
  await rm(elsewhere, { recursive: true, force: true });
  await own(elsewhere, user);
  await symlink(elsewhere, cluster);
  return elsewhere;
}

async function own(path: string, { uid, gid }: ServerUser): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chown(path, uid, gid);
  return path;
}
