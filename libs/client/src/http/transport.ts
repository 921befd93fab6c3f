import { DependencyDown } from '@toolplane/contracts/errors';
import { pause } from './pause.js';

export interface TransportOptions {
  /** The gateway: `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** API key or JWT; a function, where it has to be made anew from time to time. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  /** For the jitter of retries. */
  readonly random?: () => number;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With query, from the slash on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, text where it is not, undefined where there is none. */
  readonly body: Body;
}

const TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Nothing was done, or nobody knows; the same request may be sent again under the same key. */
const AGAIN = new Set([429, 502, 503, 504]);

/** Sends requests to the gateway. Any status is an answer. */
export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /** @throws DependencyDown where there is no answer, the signal's reason where the caller has ended it. */
  async send<Body = unknown>({ method, path, headers = {}, body, signal, timeoutMs = TIMEOUT_MS }: Request): Promise<Answer<Body>> {
    const { baseUrl, apiKey, fetch: send = fetch } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await send(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${typeof apiKey === 'string' ? apiKey : await apiKey()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return { status: response.status, headers: response.headers, body: parsed(response.headers, await response.text()) as Body };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason as Error;
      throw new DependencyDown('toolplane', cause);
    }
  }

  /**
   * Sends until there is an answer that is one, as long as there is time: for requests that are safe to repeat.
   * @param request made anew for each try, with the milliseconds that are left
   * @throws DependencyDown where there was none in time, the signal's reason
   */
  async persist<Body = unknown>(request: (leftMs: number) => Request, until: number, signal?: AbortSignal): Promise<Answer<Body>> {
    for (let tried = 0; ; tried++) {
      const left = until - performance.now();
      const result = await this.attempt<Body>(request(Math.max(0, left)));
      if (!(result instanceof DependencyDown) && !AGAIN.has(result.status)) return result;
      const waitMs = this.pauseAfter(tried, result instanceof DependencyDown ? null : result.headers.get('retry-after'));
      if (until - performance.now() <= waitMs) {
        if (result instanceof DependencyDown) throw result;
        throw new DependencyDown('toolplane', new Error(`it answers ${result.status}`));
      }
      await pause(waitMs, signal);
    }
  }

  private async attempt<Body>(request: Request): Promise<Answer<Body> | DependencyDown> {
    try {
      return await this.send<Body>(request);
    } catch (error) {
      if (error instanceof DependencyDown) return error;
      throw error;
    }
  }

  /** Full jitter, ever longer, never shorter than was asked for. */
  private pauseAfter(tried: number, retryAfter: string | null): number {
    const jittered = (this.options.random ?? Math.random)() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tried);
    return Math.max(jittered, retryAfter !== null && /^\d{1,4}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : 0);
  }
}

function parsed(headers: Headers, text: string): unknown {
  if (text === '') return undefined;
  if (!/json/.test(headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DependencyDown('toolplane', cause);
  }
}
