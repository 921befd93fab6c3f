import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

const READY_WITHIN_MS = 90_000;
const MOST_RESTARTS = 3;
const LOG_LINES = 8;
const LINE_LENGTH = 400;

export interface Awaited {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  /** How often it ended so far. */
  readonly restarts: () => number;
}

/** Resolves when the service says that it is ready. One that keeps ending is an error with the last lines of its log. */
export async function whenReady({ name, url, logFile, restarts }: Awaited): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(100)) {
    if (await isReady(url)) return;
    if (restarts() < MOST_RESTARTS && Date.now() < deadline) continue;
    const lines = (await readFile(logFile, 'utf8').catch(() => ''))
      .trim()
      .split('\n')
      .slice(-LOG_LINES)
      .map((line) => line.slice(0, LINE_LENGTH))
      .join('\n');
    throw new Error(`${name} did not become ready; its log (${logFile}) ends with:\n${lines}`);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/readyz`, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
