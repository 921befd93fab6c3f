import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { Pool } from 'undici';
import { measureLatency } from '../measure/load.js';
import { median, percentile, rounded } from '../measure/statistics.js';
import type { Options } from '../options.js';
import { startInstance, type Instance } from '../product/instance.js';
import { machine } from '../report.js';

const TOOLS = 500;
const AGENT = 'loaded_agent';
const PER_SECOND = 50;
const WARM_UP_REQUESTS = 200;
const CHANGES = 20;

/** Loading the tools of an agent with 500 of them, beside the same bytes from a file, served by a plain Node server. */
export async function measureLoadTools(root: string, { seconds, rounds }: Options): Promise<unknown> {
  const instance = await startInstance(root, { EVENT_LOG: 'embedded', LOG_LEVEL: 'warn' });
  try {
    return await measureAt(instance, { seconds, rounds });
  } finally {
    await instance.stop();
  }
}

export async function measureAt(instance: Pick<Instance, 'ready' | 'adminKey' | 'dataDir'>, { seconds, rounds }: Pick<Options, 'seconds' | 'rounds'>): Promise<unknown> {
  const client = new Client(instance.ready.url, instance.adminKey);
  const file = path.join(instance.dataDir, 'tools.json');
  const url = `/api/agents/${AGENT}/tools?format=anthropic`;
  let files: FileServer | undefined;
  try {
    await provision(client);
    const body = await client.get(url);
    writeFileSync(file, body);
    files = await FileServer.start(file);
    const plain = new Client(files.url, 'none');
    const loads = { request: () => client.timed(url) };
    const reads = { request: () => plain.timed('/') };
    for (const one of [loads, reads]) await measureLatency(one, { perSecond: PER_SECOND, requests: WARM_UP_REQUESTS });
    const measured = { load: [] as number[][], file: [] as number[][] };
    for (let round = 0; round < rounds; round += 1) {
      measured.load.push(await measureLatency(loads, { perSecond: PER_SECOND, requests: PER_SECOND * seconds }));
      measured.file.push(await measureLatency(reads, { perSecond: PER_SECOND, requests: PER_SECOND * seconds }));
    }
    const afterChange: number[] = [];
    for (let change = 0; change < CHANGES; change += 1) {
      await client.send('PUT', `/api/agents/${AGENT}/tools/${nameOf(change)}`, { orderIndex: change, usageLimit: change + 1 });
      afterChange.push(await client.timed(url));
    }
    await plain.close();
    const [load, fromFile] = [summary(measured.load), summary(measured.file)];
    const ratio = { p50: rounded(load.p50 / fromFile.p50, 2), p99: rounded(load.p99 / fromFile.p99, 2) };
    return {
      machine: machine(), scenario: 'load-tools', tools: TOOLS, bytes: Buffer.byteLength(body), ratePerSecond: PER_SECOND, rounds,
      loadMs: load, staticFileMs: fromFile, ratioToStaticFile: ratio, firstLoadAfterAChangeMs: { median: rounded(median(afterChange), 2), max: rounded(Math.max(...afterChange), 2) },
    };
  } finally {
    await client.close();
    files?.stop();
  }
}

/** Medians of the rounds. */
const summary = (rounds: readonly (readonly number[])[]) => {
  const of = (share: number): number => rounded(median(rounds.map((sample) => percentile(sample, share))), 2);
  return { p50: of(0.5), p95: of(0.95), p99: of(0.99) };
};

const nameOf = (index: number): string => `loaded_tool_${index}`;

async function provision(client: Client): Promise<void> {
  await client.send('POST', '/api/agents', { name: AGENT, displayName: 'Loaded', model: 'a-model', systemPrompt: 'You have many tools.' });
  const text = { type: 'string', minLength: 1, maxLength: 200, description: 'What the tool needs to know to do its work.' };
  for (let index = 0; index < TOOLS; index += 1) {
    await client.send('POST', '/api/tools', {
      name: nameOf(index),
      description: `Does thing no. ${index}. ${'Use it when nothing else fits the task at hand. '.repeat(4)}`,
      category: 'bench',
      type: 'dummy',
      inputSchema: { type: 'object', required: ['first', 'second'], properties: { first: text, second: text, third: text, count: { type: 'integer', minimum: 0, maximum: 100 } } },
    });
    await client.send('POST', `/api/agents/${AGENT}/tools/${nameOf(index)}`, { orderIndex: index });
  }
}

class Client {
  private readonly pool: Pool;

  constructor(
    url: string,
    private readonly key: string,
  ) {
    this.pool = new Pool(url, { connections: 64, pipelining: 1 });
  }

  async send(method: 'POST' | 'PUT', where: string, body: unknown): Promise<void> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    const answer = await this.pool.request({ method, path: where, headers, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${where} answered ${answer.statusCode}: ${text}`);
  }

  async get(where: string): Promise<string> {
    const { statusCode, body } = await this.pool.request({ method: 'GET', path: where, headers: { authorization: `Bearer ${this.key}` } });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`GET ${where} answered ${statusCode}: ${text}`);
    return text;
  }

  /** Until the last byte is there, in milliseconds. */
  async timed(where: string): Promise<number> {
    const begun = performance.now();
    await this.get(where);
    return performance.now() - begun;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

const SERVE = `
  import { createServer } from 'node:http';
  import { readFile } from 'node:fs/promises';
  const server = createServer(async (_, response) => {
    const body = await readFile(process.argv[1]);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** A process of its own, as the product's are. */
class FileServer {
  private constructor(
    readonly url: string,
    readonly stop: () => void,
  ) {}

  static async start(file: string): Promise<FileServer> {
    const child = execa(process.execPath, ['--input-type=module', '-e', SERVE, file], { stdin: 'ignore', reject: false, buffer: false });
    const [port] = await child.stdout.take(1).toArray();
    return new FileServer(`http://127.0.0.1:${String(port).trim()}`, () => void child.kill());
  }
}
