import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

const LONGEST_MS = 600_000;
const MOST_BYTES = 64 * 1024 * 1024;

export interface Sandbox {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The server that `sandbox_http` calls: `/echo` answers with the request, `/status/{code}` with that status, `/slow/{ms}` after so long,
 * `/bytes/{n}` with so many bytes. On loopback; it keeps nothing.
 */
export async function startSandbox(port: number): Promise<Sandbox> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${addressOf(server)}`, close: () => close(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const [, route, argument = ''] = url.pathname.split('/');
  const number = Number(argument);
  if (route === 'echo') {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== 'x-sandbox-key'));
    const authorized = request.headers['x-sandbox-key'] !== undefined;
    return json(response, 200, {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      authorized,
      body: await bodyOf(request),
    });
  }
  if (route === 'status' && number >= 200 && number <= 599) return json(response, number, { status: number });
  if (route === 'slow' && number >= 0 && number <= LONGEST_MS) {
    const timer = setTimeout(() => json(response, 200, { waitedMs: number }), number);
    response.once('close', () => clearTimeout(timer));
    return;
  }
  if (route === 'bytes' && number >= 0 && number <= MOST_BYTES) {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': number });
    response.end(randomBytes(number));
    return;
  }
  return json(response, 404, { error: 'known paths: /echo, /status/{code}, /slow/{ms}, /bytes/{n}' });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(status === 204 || status === 304 ? undefined : JSON.stringify(value));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

function addressOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
