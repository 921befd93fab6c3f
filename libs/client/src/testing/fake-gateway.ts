import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionRecord } from '@toolplane/contracts/http';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown> | undefined;
}
/** `reset`: the connection breaks without an answer. */
export type Given = 'reset' | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

/** The gateway as a client sees it: answers each request with the next thing it was told to. */
export class FakeGateway {
  readonly seen: Seen[] = [];
  private readonly given: ((seen: Seen) => Given)[] = [];
  private readonly server: Server;
  url = '';

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { method = '', url = '', headers } = request;
        const seen = { method, url, headers, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
        this.seen.push(seen);
        const answer = this.given.shift()?.(seen) ?? { status: 404, body: { code: 'NOT_FOUND', detail: `nobody said what ${method} ${url} is answered with`, status: 404 } };
        if (answer === 'reset') {
          response.destroy();
          return;
        }
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What the next requests are answered with, in their order. */
  answers(...given: (Given | ((seen: Seen) => Given))[]): void {
    this.seen.length = 0;
    this.given.length = 0;
    this.given.push(...given.map((each) => (typeof each === 'function' ? each : () => each)));
  }
}

export const EXECUTION = '0910f337-bcfe-5d40-bebe-04bd023aed9b';
export const record = (members: Partial<ExecutionRecord> = {}): ExecutionRecord =>
  ({ id: EXECUTION, status: 'running', output: null, outputRef: null, error: null, ...members }) as ExecutionRecord;
