import type { Socket } from 'node:net';
import type { ClassifiedAddress, EgressRules } from '@toolplane/security/egress';
import type { Dial } from './dial.js';

/** The proxy, the second wall, does not let the connection through. */
export class ProxyRefusal extends Error {}

const MOST_HEAD_BYTES = 8_192;
const REFUSALS = new Set([401, 403, 407]);

/**
 * Has the operator's proxy open a connection to a checked address (CONNECT, RFC 9110, 9.3.6). The proxy is told the address and not the
 * name: what was judged here is what it dials, and it judges it again.
 */
export async function tunnelThrough(
  proxy: NonNullable<EgressRules['proxy']>,
  address: ClassifiedAddress,
  port: number,
  dial: Dial,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await dial(proxy, signal);
  try {
    const far = address.family === 6 ? `[${address.address}]:${port}` : `${address.address}:${port}`;
    socket.write(`CONNECT ${far} HTTP/1.1\r\nHost: ${far}\r\n\r\n`);
    const head = await headOf(socket, signal);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
    if (REFUSALS.has(status)) throw new ProxyRefusal(`the proxy answered ${status} for ${far}`);
    if (!(status >= 200 && status < 300)) throw new Error(`the proxy answered ${status || 'no status'}`);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
}

/** The head of the proxy's answer. Nothing may follow it: the destination has not been spoken to. */
function headOf(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = '';
    const settle = (error?: unknown): void => {
      socket.off('data', onData).off('error', settle).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      socket.pause();
      if (error === undefined) resolve(head);
      else reject(error);
    };
    const onData = (part: Buffer): void => {
      head += part.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === head.length - 4 && end >= 0) settle();
      else if (end >= 0 || head.length > MOST_HEAD_BYTES) settle(new Error('the proxy answered more than a head'));
    };
    const onClose = (): void => settle(new Error('the proxy closed the connection'));
    const onAbort = (): void => settle(signal.reason);
    socket.on('data', onData).once('error', settle).once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
