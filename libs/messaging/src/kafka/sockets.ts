import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import socketFactory from 'kafkajs/src/network/socketFactory.js';

const connect = socketFactory();

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

  readonly factory: ISocketFactory = (options) => {
    if (this.closed) throw new Error('this client was closed');
    const socket = connect(options);
    // kafkajs leaves it to Nagle, who waits for the answer to one request before he sends the next.
    socket.setNoDelay(true);
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
