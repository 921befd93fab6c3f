import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

/**
 * The sockets of one Kafka client. kafkajs goes on with what it has begun, for as many retries as it was given, whoever has lost interest:
 * a send that we gave up would be delivered minutes later. Without sockets it cannot.
 */
export class Sockets {
  private readonly open = new Set<Socket>();
  private closed = false;

  get isClosed(): boolean {
    return this.closed;
  }

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.closed) throw new Error('this client was closed');
    const options = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const socket: Socket = ssl
      ? connectTls({ ...options, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connectPlain(options, onConnect);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** Ends every connection at once, and every attempt at another. */
  close(): void {
    this.closed = true;
    // With an error: kafkajs listens for that, and not for 'close', to reject what waits for an answer.
    for (const socket of this.open) socket.destroy(new Error('this client was closed'));
  }
}
