import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, where it is JSON. */
  readonly body: Record<string, unknown>;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Answer = (request: SeenRequest) => FakeAnswer | Promise<FakeAnswer>;

/** Another service, as the gateway sees it: HTTP. Answers 404 to what it was not told about. */
export class FakeService {
  readonly seen: SeenRequest[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { method = '', url = '', headers } = request;
        const seen = { method, url, headers, text, body: bodyOf(text) };
        this.seen.push(seen);
        const answer = this.answers.get(`${method} ${url.split('?')[0] ?? ''}`) ?? (() => NOT_FOUND);
        void Promise.resolve(answer(seen)).then(({ status = 200, headers: given = {}, body }) => {
          response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json', ...given });
          response.end(body === undefined ? undefined : JSON.stringify(body));
        });
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** @param route for instance `POST /internal/checks`; the query does not count. */
  on(route: string, answer: Answer | FakeAnswer): void {
    this.answers.set(route, typeof answer === 'function' ? answer : () => answer);
  }

  requests(route: string): readonly SeenRequest[] {
    return this.seen.filter(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}` === route);
  }

  reset(): void {
    this.seen.length = 0;
    this.answers.clear();
  }
}

const NOT_FOUND: FakeAnswer = { status: 404, body: { code: 'NOT_FOUND', detail: 'not told about', status: 404 } };

const bodyOf = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};
