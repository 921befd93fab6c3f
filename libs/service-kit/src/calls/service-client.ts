import type { Readable } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import { METRICS, Metrics } from '@toolplane/observability';
import type { Pool } from 'undici';
import { TOKEN_HEADER } from '../auth/internal-tokens.js';

/** Services that answer other services over HTTP. */
export const CALLABLE_SERVICES = ['registry', 'validation', 'execution', 'audit', 'playbook'] as const;
/** Workers have nothing but health. */
export type CallableService = (typeof CALLABLE_SERVICES)[number] | `provider-${string}`;
/** Base URL of each service that this process may call. */
export type ServiceUrls = Partial<Readonly<Record<CallableService, string>>>;

export interface ServiceCall {
  readonly service: CallableService;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With query, from the slash on. */
  readonly path: string;
  /** Internal token of the caller on whose behalf the call is made. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless it is a Buffer, which is sent as it is. */
  readonly body?: unknown;
  /** Default 5 s. */
  readonly timeoutMs?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface ServiceAnswer<Body> extends Omit<RawAnswer, 'body'> {
  readonly body: Body;
}

export interface StreamedAnswer extends Omit<RawAnswer, 'body'> {
  readonly body: Readable;
}

const TIMEOUT_MS = 5_000;
/** A stream that says nothing for so long has lost its other end. */
const STREAM_IDLE_MS = 60_000;
const CONNECTIONS = 32;

/**
 * Calls between services: kept connections, one deadline, no retry. Any status is an answer; what is not answered in time, or by 502
 * to 504 of something in between, is `DependencyDown`.
 */
@Injectable()
export class ServiceClient implements OnApplicationShutdown {
  private readonly pools = new Map<CallableService, Promise<Pool>>();

  constructor(
    private readonly urls: ServiceUrls,
    private readonly metrics: Metrics,
  ) {}

  /** The answer's body as parsed JSON; undefined where it has none. */
  async call<Body = unknown>(call: ServiceCall): Promise<ServiceAnswer<Body>> {
    const { body, ...answer } = await this.callRaw(call);
    return { ...answer, body: (body.length === 0 ? undefined : JSON.parse(body.toString())) as Body };
  }

  /** The answer as its bytes: for what is only passed on. */
  async callRaw({ timeoutMs = TIMEOUT_MS, ...call }: ServiceCall): Promise<RawAnswer> {
    const { service } = call;
    const started = performance.now();
    const observe = (status: number): void =>
      this.metrics.histogram(METRICS.callSeconds).observe({ service, status }, (performance.now() - started) / 1000);
    const pool = await this.poolOf(service);
    try {
      const answer = await pool.request({ ...requestOf(call), headersTimeout: timeoutMs, bodyTimeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs) });
      const bytes = Buffer.from(await answer.body.arrayBuffer());
      observe(answer.statusCode);
      return { status: answer.statusCode, headers: answer.headers, body: bytes };
    } catch (cause) {
      observe(0);
      throw new DependencyDown(service, cause);
    }
  }

  /** The answer as a stream: for what is passed on while it comes. The signal ends it at any time. */
  async stream({ signal, timeoutMs = TIMEOUT_MS, ...call }: ServiceCall & { readonly signal: AbortSignal }): Promise<StreamedAnswer> {
    const pool = await this.poolOf(call.service);
    try {
      const answer = await pool.request({ ...requestOf(call), headersTimeout: timeoutMs, bodyTimeout: STREAM_IDLE_MS, signal });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    } catch (cause) {
      throw new DependencyDown(call.service, cause);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.pools.values()].map(async (pool) => (await pool).destroy()));
  }

  /** @throws TypeError where this process was given no URL of that service: a mistake of ours, not of the network. */
  private async poolOf(service: CallableService): Promise<Pool> {
    const url = this.urls[service];
    if (url === undefined) throw new TypeError(`this service has no URL of ${service}: pass it to ServiceKit.with`);
    const known = this.pools.get(service);
    if (known) return known;
    // Loaded at the first call: most services never make one.
    const pool = import('undici').then(
      ({ Pool: UndiciPool }) => new UndiciPool(url, { connections: CONNECTIONS, keepAliveTimeout: 30_000, connect: { timeout: 2_000 } }),
    );
    this.pools.set(service, pool);
    return pool;
  }
}

const requestOf = ({ method, path, token, headers, body }: Omit<ServiceCall, 'timeoutMs'>) => ({
  method,
  path,
  headers: {
    ...headers,
    ...(token !== undefined && { [TOKEN_HEADER]: token }),
    ...(body !== undefined && headers?.['content-type'] === undefined && { 'content-type': 'application/json' }),
  },
  body: body === undefined || Buffer.isBuffer(body) ? (body ?? null) : JSON.stringify(body),
});
