import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { classifyAddress, type ClassifiedAddress } from '@toolplane/security/egress';

export interface TlsTarget {
  /** The host as the URL names it: checked against the certificate, whatever address is dialled. */
  readonly host: string;
  /** The host is an address: it has no server name indication. */
  readonly literal: boolean;
  /** PEM of the one authority that is trusted; the system's where absent. */
  readonly ca?: string | undefined;
}

/** The connection ended at another address than the one that was checked. */
export class StrayedConnection extends Error {}

/** Where a connection is opened to: a checked address, or the operator's proxy by the name the operator gave. */
export interface Far {
  readonly host: string;
  readonly port: number;
  readonly family?: 4 | 6;
}

/** Opens a TCP connection. Replaced in tests only. */
export type Dial = (far: Far, signal: AbortSignal) => Promise<Socket>;

export const dialTcp: Dial = async ({ host, port, family = 0 }, signal) => {
  const socket = connectTcp({ host, port, family, autoSelectFamily: family === 0, noDelay: true });
  await opened(socket, 'connect', signal);
  return socket;
};

/** Opens a connection to one checked address. Nothing is written before the far end proved to be that address. */
export async function dialChecked(address: ClassifiedAddress, port: number, dial: Dial, signal: AbortSignal): Promise<Socket> {
  const socket = await dial({ host: address.address, port, family: address.family }, signal);
  const reached = classifyAddress(socket.remoteAddress ?? '').address;
  if (reached !== address.address) {
    socket.destroy();
    throw new StrayedConnection(`dialled ${address.address}, reached ${reached}`);
  }
  return socket;
}

/** Speaks TLS on a connection. Verification is always on, whatever the environment says. */
export async function secure(socket: Socket, { host, literal, ca }: TlsTarget, signal: AbortSignal): Promise<Socket> {
  const name = host.replace(/^\[|\]$/g, '');
  const secured = connectTls({
    socket,
    host: name,
    ...(!literal && { servername: name }),
    ...(ca !== undefined && { ca }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  await opened(secured, 'secureConnect', signal);
  return secured;
}

/** Resolves at the event; on an error or when the signal fires the socket is gone and this rejects. */
function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      socket.off(event, onOpen).off('error', settle).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve();
      // What it says afterwards is no news, but unheard it would end the process.
      socket.on('error', () => undefined).destroy();
      reject(error);
    };
    const onOpen = (): void => settle();
    const onClose = (): void => settle(new Error('the connection was closed before it was open'));
    const onAbort = (): void => settle(signal.reason);
    socket.once(event, onOpen).once('error', settle).once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
