import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
}
type Answer = (request: { readonly url: string; readonly body: unknown; readonly token: string | undefined }) => FakeAnswer;

const NOT_FOUND: FakeAnswer = { status: 404, body: { code: 'NOT_FOUND', detail: 'There is no such thing here', errors: [] } };
const CHECK = { toolId: 'a-tool', toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: [], output: [] } };

/** `registry`, `validation` and `execution` as the playbook service sees them: HTTP, all on one address. */
export class FakeServices {
  readonly seen: { readonly route: string; readonly url: string; readonly body: unknown; readonly token: string | undefined }[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const text = Buffer.concat(chunks).toString();
        const seen = { route: `${method} ${url.split('?')[0] ?? ''}`, url, body: text === '' ? undefined : (JSON.parse(text) as unknown), token: headers['x-toolplane-token'] as string | undefined };
        this.seen.push(seen);
        const { status, body } = (this.answers.get(seen.route) ?? (() => NOT_FOUND))(seen);
        response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
  }

  /** The environment of a service that calls these. */
  async start(): Promise<Record<string, string>> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.reset();
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return { REGISTRY_URL: url, VALIDATION_URL: url, EXECUTION_URL: url };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  on(route: string, answer: FakeAnswer | Answer): void {
    this.answers.set(route, typeof answer === 'function' ? answer : () => answer);
  }

  /** Forgets what was seen; there is a tool `echo` that takes anything, and no execution. */
  reset(): void {
    this.seen.length = 0;
    this.answers.clear();
    this.on('GET /internal/tools/echo', { status: 200, body: { id: 'a-tool', name: 'echo' } });
    this.on('POST /internal/checks', { status: 200, body: CHECK });
    this.on('GET /api/tools/executions', { status: 200, body: { items: [], next: null } });
  }
}
