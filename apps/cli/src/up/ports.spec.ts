import { createServer, type AddressInfo, type Server } from 'node:net';
import { Ports } from './ports.js';

const listen = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('ports', () => {
  let server: Server;
  beforeEach(async () => {
    server = await listen();
  });
  afterEach(() => void server.close());

  it('are the next free ones where the wanted are taken, said aloud', async () => {
    const said: string[] = [];
    const known = {};
    const port = await new Ports(known, (line) => said.push(line)).claim('gateway', portOf(server));
    expect(port).toBeGreaterThan(portOf(server));
    expect(said).toEqual([`port ${portOf(server)} is taken: gateway listens on ${port}`]);
    expect(known).toEqual({ gateway: port });
  });

  it('are those of the last start, unless the operator names another', async () => {
    const free = await listen();
    const port = portOf(free);
    await new Promise((resolve) => free.close(resolve));
    expect(await new Ports({ gateway: port }, () => undefined).claim('gateway', portOf(server))).toBe(port);
    expect(await new Ports({ gateway: portOf(server) }, () => undefined).claim('gateway', 8080, port)).toBe(port);
  });

  it('are never handed out twice', async () => {
    const ports = new Ports({}, () => undefined);
    expect(await ports.claim('a', portOf(server))).not.toBe(await ports.claim('b', portOf(server)));
  });
});
