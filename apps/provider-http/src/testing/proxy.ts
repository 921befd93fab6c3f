import { connect, createServer, type AddressInfo } from 'node:net';

export interface TestProxy {
  readonly port: number;
  /** What it was asked to connect to. */
  readonly tunnels: readonly string[];
  close(): Promise<void>;
}

/** A proxy on loopback whose every tunnel ends at one port of loopback. @param answer the head it answers with. */
export async function startProxy(to: number, answer = 'HTTP/1.1 200 Connection Established\r\n\r\n'): Promise<TestProxy> {
  const tunnels: string[] = [];
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', (head) => {
        tunnels.push(/^CONNECT (\S+) /.exec(head.toString())?.[1] ?? '');
        socket.write(answer);
        if (!answer.includes(' 200 ')) return void socket.end();
        const far = connect({ host: '127.0.0.1', port: to });
        far.on('error', () => socket.destroy()).on('close', () => socket.destroy());
        socket.on('close', () => far.destroy());
        socket.pipe(far).pipe(socket);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, tunnels, close: () => new Promise((resolve) => void server.close(() => resolve())) };
}
