import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewRecord } from '@toolplane/messaging';
import type { CliConfig } from '../cli.config.js';
import { DataDir } from '../up/data-dir.js';
import { knownInstance, openLog } from '../up/instance.js';

/** Lines wait no longer than this for others to be sent with. */
const COLLECT_MS = 5;
/** Sends that may wait for each other before the next line is read. */
const MOST_SENDS = 50;

/** `toolplane publish`: what `kcat -P` does, on either event log. A line is a record, whatever it holds, and is sent as it comes. */
export async function publish(root: string, config: CliConfig, file: string, topic: string): Promise<void> {
  const log = await openLog(await knownInstance(DataDir.at(config.dataDir, root)), config);
  let waiting: NewRecord[] = [];
  let sending: Promise<void> | undefined;
  let published = 0;
  const send = async (): Promise<void> => {
    await sleep(COLLECT_MS);
    const batch = waiting;
    waiting = [];
    sending = undefined;
    await log.append(new Map([[topic, batch]]));
    published += batch.length;
  };
  try {
    const all: Promise<void>[] = [];
    const input = file === '-' ? process.stdin : createReadStream(file);
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line === '') continue;
      waiting.push({ key: null, value: line, headers: {} });
      if (!sending) all.push((sending = send()));
      if (all.length >= MOST_SENDS) await Promise.all(all.splice(0));
    }
    await Promise.all(all);
    process.stderr.write(`${published} published to ${topic}\n`);
  } finally {
    await log.close();
  }
}
