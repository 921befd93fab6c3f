import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { openEventLog, type NewRecord } from '@toolplane/messaging';
import type { CliConfig } from '../cli.config.js';
import { DataDir } from '../up/data-dir.js';
import { knownInstance, logConfigOf } from '../up/instance.js';

const BATCH = 500;

/** `toolplane publish`: what `kcat -P` does, on either event log. A line is a record, whatever it holds. */
export async function publish(root: string, config: CliConfig, file: string, topic: string): Promise<void> {
  const log = openEventLog(await logConfigOf(await knownInstance(DataDir.at(config.dataDir, root)), config));
  let batch: NewRecord[] = [];
  let published = 0;
  const send = async (): Promise<void> => {
    if (batch.length === 0) return;
    await log.append(new Map([[topic, batch]]));
    published += batch.length;
    batch = [];
  };
  try {
    const input = file === '-' ? process.stdin : createReadStream(file);
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line !== '') batch.push({ key: null, value: line, headers: {} });
      if (batch.length >= BATCH) await send();
    }
    await send();
    process.stderr.write(`${published} published to ${topic}\n`);
  } finally {
    await log.close();
  }
}
