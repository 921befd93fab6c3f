import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { dnsResolver } from './resolve.js';

const TYPE_A = 1;
const TYPE_AAAA = 28;
const NXDOMAIN = 3;

/** What a name server says of `name type`: addresses as bytes, or null: there is no such name. */
type Zone = Readonly<Record<string, readonly (readonly number[])[] | null>>;

function nameAndType(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

async function nameServer(zone: Zone): Promise<{ readonly socket: Socket; readonly address: string; readonly asked: string[] }> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = nameAndType(query);
    const key = `${name} ${type === TYPE_A ? 'A' : type === TYPE_AAAA ? 'AAAA' : type}`;
    asked.push(key);
    if (!(key in zone)) return;
    const found = zone[key] ?? [];
    const head = Buffer.from(query.subarray(0, end));
    head.writeUInt16BE(0x8180 | (zone[key] === null ? NXDOMAIN : 0), 2);
    head.writeUInt16BE(found.length, 6);
    head.writeUInt16BE(0, 10);
    const records = found.map((bytes) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]));
    socket.send(Buffer.concat([head, ...records]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, address: `127.0.0.1:${socket.address().port}`, asked };
}

describe('looking a name up', () => {
  const never = new AbortController().signal;
  const answered = async (zone: Zone, signal = never): Promise<{ readonly found: unknown; readonly asked: readonly string[] }> => {
    const { socket, address, asked } = await nameServer(zone);
    const found = await dnsResolver([address])('api.example.com', signal).catch((error: unknown) => error);
    socket.close();
    return { found, asked };
  };

  it('asks for the absolute name in both families', async () => {
    const { found, asked } = await answered({
      'api.example.com A': [
        [93, 184, 216, 34],
        [10, 0, 0, 1],
      ],
      'api.example.com AAAA': [[0x26, 6, 0x47, ...Array<number>(12).fill(0), 1]],
    });
    expect(found).toEqual(['93.184.216.34', '10.0.0.1', '2606:4700::1']);
    expect([...asked].sort()).toEqual(['api.example.com A', 'api.example.com AAAA']);
  });

  it('takes one family where the other has nothing', async () => {
    const { found } = await answered({ 'api.example.com A': [[93, 184, 216, 34]], 'api.example.com AAAA': [] });
    expect(found).toEqual(['93.184.216.34']);
  });

  it('gives nothing for a name that does not exist', async () => {
    const { found } = await answered({ 'api.example.com A': null, 'api.example.com AAAA': null });
    expect(found).toEqual([]);
  });

  it('stops when its signal fires', async () => {
    const { found } = await answered({}, AbortSignal.timeout(100));
    expect(found).toMatchObject({ code: 'ECANCELLED' });
  });
});
