import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The same distance from `src/local` and from `dist/local`. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Where the pinned `pom.xml` and the template of the broker's settings lie. */
export const DEPLOY_DIR = join(ROOT, 'deploy/kafka');
/** Shared by the launcher and the tests, so that nobody resolves what another has resolved. */
const JARS_DIR = join(ROOT, '.data/kafka');

const RESOLVE_WITHIN_MS = 300_000;

export type Progress = (step: string) => void;

const maven = (outputDirectory: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = ['-q', '-B', '-f', join(DEPLOY_DIR, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${outputDirectory}`];
    execFile('mvn', args, { timeout: RESOLVE_WITHIN_MS }, (error, stdout, stderr) => {
      if (error) reject(new Error(`Maven could not fetch the jars of Kafka: ${`${stdout}${stderr}`.trim() || error.message}`, { cause: error }));
      else resolve();
    });
  });

/** Resolves the jars of the pinned `pom.xml` once, and again only when that file changes.
 *  @returns the folder that holds them */
export async function kafkaJars(progress: Progress, jarsDir: string = JARS_DIR): Promise<string> {
  const pom = await readFile(join(DEPLOY_DIR, 'pom.xml'));
  const folder = join(jarsDir, `libs-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`);
  if ((await readdir(folder).catch(() => [])).length > 0) return folder;
  progress('fetching the jars of Kafka with Maven (once)');
  const unfinished = `${folder}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await maven(unfinished);
  // Renamed when complete: a start that was interrupted, or another one beside it, leaves no half folder.
  await rename(unfinished, folder).catch(async () => rm(unfinished, { recursive: true, force: true }));
  return folder;
}
