import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON object; `{ text }` where it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
}

/** The public API, as any client sees it. */
export class Api {
  private readonly agent = new Agent({ keepAliveTimeout: 1_000 });

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', path: string, { headers = {}, body }: Call = {}): Promise<Answer> {
    const response = await request(`${this.url}${path}`, {
      method,
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, body: parse(text) };
  }

  get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => this.call('GET', path, { headers });
  post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    this.call('POST', path, { body, headers });

  /** As a careful client does it: the same key again until there is an answer. */
  async executeUntilAccepted(tool: string, payload: unknown, key: string, withinMs = 60_000): Promise<Answer> {
    for (const deadline = Date.now() + withinMs; ; await sleep(200)) {
      const answer = await this.post(`/api/tools/${tool}/execute`, { payload }, { 'idempotency-key': key }).catch(() => undefined);
      if (answer && answer.status < 500) return answer;
      if (Date.now() > deadline)
        throw new Error(`not accepted within ${withinMs} ms: ${answer ? JSON.stringify(answer.body) : 'no answer'}`);
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}
