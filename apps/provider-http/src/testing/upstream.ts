import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { EgressPolicy } from '@toolplane/contracts/documents';
import { compileEgressPolicy, type EgressRules } from '@toolplane/security/egress';
import { ownAddresses } from '../connect/own-addresses.js';
import { httpProvider, type HttpParts } from '../http.js';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Upstream {
  readonly port: number;
  /** On its address, which is loopback. */
  readonly url: string;
  readonly requests: readonly Recorded[];
  /** Connections that were opened, whether anything was written or not. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

async function listening(server: Server, scheme: string, requests: readonly Recorded[], address: string): Promise<Upstream> {
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of connections) socket.destroy();
    });
  return { port, url: `${scheme}://${address}:${port}`, requests, connections, close };
}

/** Answers a recorded request. */
export type Answer = (request: Recorded, response: ServerResponse) => void;

const recording = (requests: Recorded[], answer: Answer): RequestListener => {
  return (message: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    message.on('data', (part: Buffer) => parts.push(part));
    message.on('end', () => {
      const { method = '', url: path = '', headers } = message;
      const request = { method, path, headers, body: Buffer.concat(parts).toString() };
      requests.push(request);
      answer(request, response);
    });
  };
};

/** An HTTP server on loopback that records what it gets. */
export function startUpstream(answer: Answer, address = '127.0.0.1'): Promise<Upstream> {
  const requests: Recorded[] = [];
  return listening(createServer(recording(requests, answer)), 'http', requests, address);
}

/** The same with TLS, under this certificate. */
export function startTlsUpstream(answer: Answer, pem: { readonly cert: string; readonly key: string }): Promise<Upstream> {
  const requests: Recorded[] = [];
  return listening(createTlsServer(pem, recording(requests, answer)), 'https', requests, '127.0.0.1');
}

/** A server that writes whatever it likes once something was sent to it. */
export const startRawUpstream = (onRequest: (socket: Socket) => void): Promise<Upstream> =>
  listening(
    createTcpServer((socket) => void socket.once('data', () => onRequest(socket))),
    'http',
    [],
    '127.0.0.1',
  );

export const answering =
  (body: string | Buffer, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {}): Answer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

export const rulesOf = (policy: EgressPolicy): EgressRules => {
  const compiled = compileEgressPolicy(policy);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.rules;
};

/** Opens loopback on these ports, for what `allow` names and for nothing else. */
export const openTo = (upstreams: readonly Upstream[], allow?: EgressPolicy['allow']): EgressPolicy => ({
  default: 'deny',
  allow: allow ?? upstreams.map(({ url }) => ({ origin: url })),
  private: [{ cidr: '127.0.0.0/8', ports: upstreams.map(({ port }) => port) }],
});

/** The provider under a policy that can be changed, with names that resolve as the test says. */
export function providerUnder(
  policy: EgressPolicy | (() => EgressPolicy),
  { hosts = {}, ...parts }: Partial<HttpParts> & { readonly hosts?: Readonly<Record<string, readonly string[]>> } = {},
): ReturnType<typeof httpProvider> {
  let seen: EgressPolicy | undefined;
  let rules: EgressRules | undefined;
  return httpProvider({
    rules: {
      current: () => {
        const now = typeof policy === 'function' ? policy() : policy;
        if (now !== seen || !rules) rules = rulesOf(now);
        seen = now;
        return Promise.resolve(rules);
      },
    },
    resolve: (host) => Promise.resolve(hosts[host] ?? []),
    ownAddresses: ownAddresses([]),
    ...parts,
  });
}
