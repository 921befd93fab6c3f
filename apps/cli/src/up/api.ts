import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

/** Long enough for a gateway whose neighbours are still being started. */
const KEEP_TRYING_MS = 20_000;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** For a status nobody asked for: what was called and what it answered. */
  unexpected(): Error;
}

/** The public API with the administrator's key. */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
  ) {}

  /** A 503 says that nothing was done: the call is repeated for a while. */
  async call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<Answer> {
    for (const deadline = Date.now() + KEEP_TRYING_MS; ; await sleep(200)) {
      const answer = await this.once(method, path, body);
      if (answer.status !== 503 || Date.now() > deadline) return answer;
    }
  }

  private async once(method: 'GET' | 'POST' | 'PUT', path: string, body: unknown): Promise<Answer> {
    const response = await request(`${this.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return {
      status: response.statusCode,
      body: parse(text),
      unexpected: () => new Error(`${method} ${path} was answered with ${response.statusCode}: ${text.slice(0, 500)}`),
    };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
