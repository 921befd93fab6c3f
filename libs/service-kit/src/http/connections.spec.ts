import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Controller, Module, Post, type DynamicModule } from '@nestjs/common';
import type { ServiceConfig } from '@toolplane/config';
import { Type } from 'typebox';
import { request } from 'undici';
import { Public } from '../auth/permission.js';
import { openService, type RunningService } from '../lifecycle/open-service.js';
import { ServiceKit } from '../service-kit.module.js';
import { testEnvironment } from '../testing/test-environment.js';
import { eventually } from '../testing/eventually.js';
import { CheckedBody } from './checked-body.js';
import type { EdgeLimits } from './fastify-adapter.js';

const MEGABYTE = 1_048_576;

@Controller('api/things')
class ThingsController {
  @Post()
  @Public()
  take(@CheckedBody(Type.Object({ payload: Type.Unknown() })) _body: unknown): void {}
}

@Module({})
class ThingsModule {
  static with({ service }: { readonly service: ServiceConfig; readonly edge: EdgeLimits }): DynamicModule {
    return { module: ThingsModule, imports: [ServiceKit.with(service)], controllers: [ThingsController] };
  }
}

const service: ServiceConfig = { name: 'things', host: '127.0.0.1', port: 0, logLevel: 'silent', internalTokenPublicKey: testEnvironment()['INTERNAL_TOKEN_PUBLIC_KEY'] ?? '' };

/** What a stranger may do to a connection. */
describe('a connection', () => {
  const edge = { headersTimeoutMs: 400, requestTimeoutMs: 900, maxConnections: 30 };
  let running: RunningService;
  let port: number;
  beforeAll(async () => {
    running = await openService(ThingsModule, { service, edge });
    port = Number(new URL(running.url).port);
  });
  afterAll(() => running.close());

  /** What comes back, and after how long the other side has closed. */
  const dialogue = (write: (socket: Socket) => void): Promise<{ received: string; closedAfterMs: number }> =>
    new Promise((resolve) => {
      const begun = performance.now();
      let received = '';
      const socket = connect(port, '127.0.0.1', () => write(socket));
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ received, closedAfterMs: performance.now() - begun }));
    });

  it('on which an endless body comes is read no further than the limit, and nothing is kept', async () => {
    const before = process.memoryUsage();
    const chunk = Buffer.alloc(MEGABYTE, 0x20);
    let sent = 0;
    const endless = new Readable({
      read() {
        this.push(sent < 100 * MEGABYTE ? chunk : null);
        sent += MEGABYTE;
      },
    });
    const answer = await request(`${running.url}/api/things`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: endless }).then(
      async ({ statusCode, body }) => body.dump().then(() => statusCode),
      // It may be cut off before it has read the answer.
      () => 413,
    );
    expect(answer).toBe(413);
    expect(sent).toBeLessThan(20 * MEGABYTE);
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(30 * MEGABYTE);
  });

  it('on which a hundred megabytes are announced is answered at once', async () => {
    const head = `POST /api/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${100 * MEGABYTE}\r\n\r\n{`;
    expect((await dialogue((socket) => socket.write(head))).received).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('ends where nothing is said, where headers do not end, and where a body drips', async () => {
    const head = 'POST /api/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n';
    const drip = (socket: Socket): void => {
      socket.write(head);
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('{')), 50);
    };
    const [silent, halfHeader, slowBody] = await Promise.all([
      dialogue(() => undefined), dialogue((socket) => socket.write('GET /livez HTTP/1.1\r\nhost: x\r\nx-')), dialogue(drip),
    ]);
    for (const { closedAfterMs } of [silent, halfHeader]) expect(closedAfterMs).toBeLessThan(edge.headersTimeoutMs + 2_000);
    expect(slowBody.closedAfterMs).toBeLessThan(edge.requestTimeoutMs + 2_000);
    for (const { received } of [halfHeader, slowBody]) expect(received).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  });

  it('too many is closed, and those that are there are served', async () => {
    const sockets = await Promise.all(
      Array.from({ length: edge.maxConnections + 20 }, () =>
        new Promise<Socket>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket));
          socket.on('error', () => undefined);
        }),
      ),
    );
    const [first] = sockets;
    const answered = new Promise<string>((resolve) => first?.once('data', (chunk) => resolve(chunk.toString())));
    first?.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await answered).toMatch(/^HTTP\/1\.1 200 /);
    await eventually(() => expect(sockets.filter((socket) => !socket.destroyed && !socket.closed).length).toBeLessThanOrEqual(edge.maxConnections));
    for (const socket of sockets) socket.destroy();
    await eventually(async () => expect((await request(`${running.url}/livez`)).statusCode).toBe(200));
  });
});
