import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Module, Param, Post, Query, type DynamicModule } from '@nestjs/common';
import type { ServiceConfig } from '@toolplane/config';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { Type } from 'typebox';
import { Caller } from '../auth/caller.js';
import { InternalTokens, TOKEN_HEADER } from '../auth/internal-tokens.js';
import { Permission, Public } from '../auth/permission.js';
import { openService, type RunningService } from '../lifecycle/open-service.js';
import { PageQuery } from '../lists/page-query.js';
import { ServiceKit } from '../service-kit.module.js';
import { CheckedBody } from './checked-body.js';

const Thing = Type.Object({ name: Type.String(), size: Type.Optional(Type.Integer()), payload: Type.Optional(Type.Record(Type.String(), Type.Unknown())) });

class ListThings extends PageQuery {
  @IsOptional()
  @IsIn(['a', 'b'], { each: true })
  readonly status?: readonly string[];

  @IsOptional()
  @IsBoolean()
  readonly active?: boolean;
}

@Controller('api/things')
class ThingsController {
  @Get()
  @Permission('tools:read')
  list(@Query() query: ListThings): unknown {
    return { ...query };
  }

  @Get(':id')
  @Permission('tools:read')
  get(@Param('id') id: string, @Caller() caller: Caller): unknown {
    if (id === 'bug') throw new TypeError('secret inner text');
    if (id === 'down') throw new DependencyDown('database');
    if (id === 'busy') throw new ToolplaneError('RATE_LIMITED', { retryAfterMs: 2_100 });
    return { id, tenantId: caller.tenantId };
  }

  @Post()
  @Permission('tools:write')
  create(@CheckedBody(Thing) body: unknown): unknown {
    return body;
  }

  @Post('slow')
  @Public()
  async slow(): Promise<{ readonly done: true }> {
    await sleep(300);
    return { done: true };
  }
}

@Module({})
class ThingsModule {
  static with({ service }: { readonly service: ServiceConfig }): DynamicModule {
    return { module: ThingsModule, imports: [ServiceKit.with(service)], controllers: [ThingsController] };
  }
}

@Controller('open')
class OpenController {
  @Get()
  forgotten(): void {}
}

@Module({})
class OpenModule {
  static with({ service }: { readonly service: ServiceConfig }): DynamicModule {
    return { module: OpenModule, imports: [ServiceKit.with(service)], controllers: [OpenController] };
  }
}

const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const service: ServiceConfig = { name: 'things', host: '127.0.0.1', port: 0, logLevel: 'silent', internalTokenPublicKey: publicKey };
const tokens = new InternalTokens({ publicKey, privateKey });
const tokenOf = async (...roles: string[]): Promise<string> =>
  (await tokens.issue({ tenantId: 'demo', principal: { type: 'user', id: 'u1' }, roles, agent: null, mayActFor: false, ip: null })).token;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

describe('the HTTP edge of a service', () => {
  let running: RunningService;
  let builder: string;

  beforeAll(async () => {
    running = await openService(ThingsModule, { service });
    builder = await tokenOf('builder');
  });
  afterAll(() => running.close());

  const send = async (method: string, path: string, body?: string | null, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await fetch(`${running.url}${path}`, {
      method,
      headers: { [TOKEN_HEADER]: builder, ...(body != null && { 'content-type': 'application/json' }), ...headers },
      body: body ?? null,
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
  };
  const post = (body: string, headers?: Record<string, string>): Promise<Answer> => send('POST', '/api/things', body, headers);

  it('answers a good request, with the caller of the token', async () => {
    expect(await send('GET', '/api/things/x')).toMatchObject({ status: 200, body: { id: 'x', tenantId: 'demo' } });
    expect(await post('{"name":"n","payload":{"anything":{"goes":1}}}')).toMatchObject({ status: 201, body: { name: 'n' } });
  });

  it.each([
    ['not JSON', '{"name":', 400, 'REQUEST_MALFORMED'],
    ['an empty body', '', 400, 'REQUEST_MALFORMED'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1') + '\udc00', 400, 'REQUEST_MALFORMED'],
    ['an unknown property', '{"name":"n","tenantId":"other"}', 400, 'REQUEST_MALFORMED'],
    ['a wrong type', '{"name":1}', 422, 'DEFINITION_INVALID'],
    ['deep nesting', `{"name":"n","payload":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, 400, 'REQUEST_MALFORMED'],
    ['a number beyond all', '{"name":"n","payload":{"a":1e400}}', 400, 'REQUEST_MALFORMED'],
    ['__proto__', '{"name":"n","payload":{"__proto__":{"a":1}}}', 400, 'REQUEST_MALFORMED'],
    ['an escaped __proto__', '{"name":"n","payload":{"\\u005f_proto__":{"a":1}}}', 400, 'REQUEST_MALFORMED'],
    ['constructor', '{"name":"n","payload":{"a":[{"constructor":1}]}}', 400, 'REQUEST_MALFORMED'],
    ['prototype', '{"name":"n","prototype":{}}', 400, 'REQUEST_MALFORMED'],
    ['too much', `{"name":"${'x'.repeat(327_680)}"}`, 413, 'REQUEST_TOO_LARGE'],
    ['far too much', `{"name":"${'x'.repeat(2_000_000)}"}`, 413, 'REQUEST_TOO_LARGE'],
  ])('refuses %s with a problem document', async (_, body, status, code) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status, body: { status, code, type: `urn:toolplane:error:${code}` } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body['traceId']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes a value that only looks like a trap', async () => {
    expect(await post('{"name":"constructor","payload":{"note":"__proto__"}}')).toMatchObject({ status: 201 });
  });

  it('names the unknown property', async () => {
    expect(await post('{"name":"n","tenantId":"other"}')).toMatchObject({ body: { errors: [{ pointer: '/tenantId' }] } });
  });

  it('refuses a content type that is not JSON', async () => {
    expect(await post('name=n', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 415,
      body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
    });
  });

  it('reads queries strictly: numbers, booleans, one value or several', async () => {
    expect(await send('GET', '/api/things?limit=7&active=false&status=a&status=b')).toMatchObject({
      status: 200,
      body: { limit: 7, active: false, status: ['a', 'b'] },
    });
    expect(await send('GET', '/api/things?status=a')).toMatchObject({ body: { limit: 50, status: ['a'] } });
  });

  it.each(['unknown=1', 'limit=201', 'limit=x', 'limit=1&limit=2', 'active=1', 'status=c', '__proto__=1'])('refuses the query %s', async (query) => {
    expect(await send('GET', `/api/things?${query}`)).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
  });

  it('refuses query parameters where a route takes none', async () => {
    expect(await send('GET', '/api/things/x?verbose=1')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/verbose' }] } });
  });

  it('answers 404 for an unknown path and 405 with Allow for an unknown method', async () => {
    expect(await send('GET', '/api/nothing')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const answer = await send('DELETE', '/api/things/x');
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it('answers 400 for a URL that cannot be read, and for a head that is not HTTP', async () => {
    expect(await send('GET', '/api/things/%zz')).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
    expect(await raw(running.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json[^]*REQUEST_MALFORMED/);
  });

  it('says nothing of a bug but its trace', async () => {
    const answer = await send('GET', '/api/things/bug', null, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret inner text');
  });

  it('answers 503 with Retry-After where a dependency is down, and 429 with the time given', async () => {
    const down = await send('GET', '/api/things/down');
    expect(down).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN', retryable: true } });
    expect(down.headers.get('retry-after')).toBe('2');
    const busy = await send('GET', '/api/things/busy');
    expect([busy.headers.get('retry-after'), busy.headers.get('ratelimit')]).toEqual(['3', '"default";r=0;t=3']);
  });

  it('answers 401 without a token or with a forged one, 403 without the permission', async () => {
    expect(await send('GET', '/api/things/x', null, { [TOKEN_HEADER]: 'e30.e30.e30' })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await fetch(`${running.url}/api/things/x`)).status).toBe(401);
    const viewer = await tokenOf('viewer');
    expect(await send('POST', '/api/things', '{"name":"n"}', { [TOKEN_HEADER]: viewer })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await send('GET', '/api/things/x', null, { [TOKEN_HEADER]: viewer })).toMatchObject({ status: 200 });
  });

  it('serves liveness, readiness and metrics without a token', async () => {
    expect(await send('GET', '/livez')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await send('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ok', checks: [] } });
    expect(await (await fetch(`${running.url}/metrics`)).text()).toContain('toolplane_http_request_seconds_count{method="GET",route="/api/things/:id"');
  });

  it('does not start with a route that declares no permission', async () => {
    await expect(openService(OpenModule, { service })).rejects.toThrow('GET /open (OpenController.forgotten)');
  });

  it('lets running requests end when it stops, and refuses new ones', async () => {
    const other = await openService(ThingsModule, { service });
    const slow = fetch(`${other.url}/api/things/slow`, { method: 'POST' });
    await sleep(100);
    const closed = other.close();
    expect((await slow).status).toBe(201);
    await closed;
    await expect(fetch(`${other.url}/livez`)).rejects.toThrow('fetch failed');
  });
});

const raw = (url: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
