import { readFileSync } from 'node:fs';
import { createServer, type TLSSocket } from 'node:tls';
import { connect as connectTcp, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { EgressPolicy } from '@toolplane/contracts/documents';
import { dispatched, testWorker, type Dispatching, type FakeSecrets, type TestWorker } from '@toolplane/provider-kit/testing';
import { ownAddresses } from '../../connect/own-addresses.js';
import type { Far } from '../../connect/dial.js';
import { startProxy, type TestProxy } from '../proxy.js';
import { providerUnder } from '../upstream.js';

export const PROXY_HOST = 'egress-proxy.internal';
const pemFile = (name: string): string => fileURLToPath(new URL(`../tls/${name}.pem`, import.meta.url));
const pem = (name: string): string => readFileSync(pemFile(name), 'utf8');

/** What every name resolves to, unless a vector says otherwise. */
export const PUBLIC = '93.184.216.34';
export const NAMED = 'https://api.example.com';

/** The policy that the corpus assumes: three tools, each with its entry. */
export const POLICY: EgressPolicy = {
  default: 'deny',
  allow: [
    { origin: NAMED, pathPrefix: '/v1/', methods: ['GET', 'POST'], tenants: ['demo'], caFile: pemFile('authority') },
    { origin: 'https://*.hooks.example.net', tools: ['tool-w'] },
    { origin: 'https://erp.corp.internal:8443', pathPrefix: '/api/', tools: ['tool-n'] },
  ],
  private: [{ cidr: '10.20.0.0/16', ports: [8443] }],
};

/** What the destination does with a request that has arrived whole. `nth` counts from 0. */
export type Behaviour = (socket: Socket, request: string, nth: number) => void;

export const ok = (body: string | Buffer = '{}', headers = ''): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`), Buffer.from(body)]);

/** The one destination of all vectors: TLS on loopback, under a certificate of api.example.com. */
export class Destination {
  readonly requests: string[] = [];
  readonly #sockets = new Set<TLSSocket>();
  behaviour: Behaviour = (socket) => void socket.write(ok());

  private constructor(
    readonly port: number,
    private readonly server: ReturnType<typeof createServer>,
  ) {
    server.on('secureConnection', (socket) => this.#serve(socket));
  }

  static async start(certificate = 'named'): Promise<Destination> {
    const server = createServer({ cert: pem(certificate), key: pem('test-only-key') });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Destination((server.address() as AddressInfo).port, server);
  }

  reset(): void {
    this.requests.length = 0;
    this.behaviour = (socket) => void socket.write(ok());
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.reset();
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }

  #serve(socket: TLSSocket): void {
    this.#sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0 || text.length < end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)) return;
      const request = text;
      text = '';
      this.behaviour(socket, request, this.requests.push(request) - 1);
    });
  }
}

type Report = Awaited<ReturnType<TestWorker['run']>>[number];

/** One vector's surroundings: resolver and connector record, and let only what is said to be reachable be reached. */
export class World {
  readonly lookups: string[] = [];
  readonly dials: Far[] = [];
  policy: EgressPolicy = POLICY;
  hosts: Readonly<Record<string, readonly string[] | Promise<never>>> = {};
  own: readonly string[] = [];
  connectMs = 2_000;
  secrets: FakeSecrets = { 'the-key': { [NAMED]: 'k3y+of/the=0rigin' } };
  /** Addresses that refuse a connection, and those that never answer. */
  refusing: readonly string[] = [];
  silent: readonly string[] = [];
  /** Takes connections, and says nothing to them. */
  stalling = false;
  #proxy: TestProxy | undefined;
  #worker: TestWorker | undefined;
  #provider: ReturnType<typeof providerUnder> | undefined;

  constructor(readonly destination: Destination) {}

  /** Through the whole worker. Calls `https://api.example.com/v1/x` unless told otherwise. */
  async call({ spec = {}, tool, ...rest }: Dispatching = {}): Promise<Report> {
    const { worker, provider } = this.#running();
    const endpoint = { url: `${NAMED}/v1/x`, ...(spec as object) };
    const event = dispatched(provider, { spec: endpoint, tool: { id: 'id-of-tool', name: 'plain', ...tool }, ...rest });
    const [report] = await worker.run(event);
    if (!report) throw new Error('unreachable: a run ends with a report');
    return report;
  }

  get reports(): readonly Report[] {
    return this.#running().worker.reports.map(({ data }) => data);
  }

  /** What the operator's proxy was asked to connect to. */
  get tunnels(): readonly string[] {
    return this.#proxy?.tunnels ?? [];
  }

  async close(): Promise<void> {
    await this.#worker?.close();
    this.destination.reset();
    await this.#proxy?.close();
  }

  #running(): { worker: TestWorker; provider: ReturnType<typeof providerUnder> } {
    this.#provider ??= providerUnder(() => this.policy, {
      resolve: (host) => {
        this.lookups.push(host);
        return Promise.resolve(this.hosts[host] ?? [PUBLIC]);
      },
      ownAddresses: ownAddresses(this.own),
      connectMs: this.connectMs,
      dial: (far, signal) => this.#dial(far, signal),
    });
    this.#worker ??= testWorker(this.#provider, { secrets: this.secrets });
    return { worker: this.#worker, provider: this.#provider };
  }

  /** Whatever address it is, it is the destination on loopback that answers, under that address. */
  async #dial(far: Far, signal: AbortSignal): Promise<Socket> {
    this.dials.push(far);
    if (this.refusing.includes(far.host)) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    if (this.silent.includes(far.host)) {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
    }
    if (far.host === PROXY_HOST) this.#proxy ??= await startProxy(this.destination.port);
    if (this.stalling) return stalled(far.host);
    const port = far.host === PROXY_HOST ? this.#proxy?.port : this.destination.port;
    return connected(port ?? 0, far.host);
  }
}

async function connected(port: number, host: string): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  Object.defineProperty(socket, 'remoteAddress', { value: host });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

async function stalled(host: string): Promise<Socket> {
  const server = createTcpServer((socket) => void socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = await connected((server.address() as AddressInfo).port, host);
  socket.once('close', () => server.close());
  return socket;
}
