import { DataDir } from '../up/data-dir.js';
import { newPassword, prepareKeys } from '../up/keys.js';
import { writeRoleUrls } from '../up/postgres.js';

/**
 * `toolplane secrets`: makes every key and password of a deployment as files in a folder, for the `…_FILE` variables of the services.
 * What is there already stays: running it again changes nothing.
 */
export async function secrets(root: string, folder: string, postgres: string): Promise<void> {
  const dataDir = DataDir.at(folder, root);
  await prepareKeys(dataDir);
  const admin = await dataDir.secret('secrets/database-admin', newPassword);
  await dataDir.writeSecret('secrets/url-admin', `postgres://toolplane:${admin}@${postgres}/toolplane`);
  await writeRoleUrls(dataDir, `postgres://${postgres}/toolplane`);
  process.stdout.write(`secrets lie in ${dataDir.shown}\n`);
}
