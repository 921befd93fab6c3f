import { TOPICS } from '@toolplane/contracts/events';
import type { CliConfig } from '../cli.config.js';
import { DataDir } from '../up/data-dir.js';
import { openLog } from '../up/instance.js';
import { provisionRoles } from '../up/postgres.js';

/**
 * `toolplane provision`: schemas and roles in `DATABASE_URL`, with the passwords of a folder that `toolplane secrets` made, and every
 * topic on `KAFKA_BROKERS`. Safe to repeat; the services of a deployment start after it.
 */
export async function provision(root: string, config: CliConfig, folder: string): Promise<void> {
  const { databaseUrl, eventLog } = config;
  if (databaseUrl === undefined || eventLog.brokers === undefined)
    throw new Error('DATABASE_URL and KAFKA_BROKERS say what is to be provisioned');
  const dataDir = DataDir.at(folder, root);
  await provisionRoles(dataDir, databaseUrl);
  const log = await openLog({ url: '', eventLog: 'kafka', brokers: eventLog.brokers, eventLogUrlFile: '' }, config);
  try {
    await log.ensureTopics(TOPICS);
  } finally {
    await log.close();
  }
  process.stdout.write('database and topics are provisioned\n');
}
