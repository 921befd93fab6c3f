import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ToolAuditRecorded } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { Metrics } from '@toolplane/observability';
import { ServiceClient, type StreamedAnswer } from '@toolplane/service-kit';
import { eventually } from '@toolplane/service-kit/testing';
import { OnToolAuditRecorded } from '../execute/on-tool-audit-recorded.js';
import type { FakeAnswer } from '../testing/fake-service.js';
import { KEY, testGateway } from '../testing/test-gateway.js';
import { Followers, isFollowed } from './followers.js';
import { LiveStream } from './live-stream.js';

type Entry = ToolAuditRecorded['data'];
const EXECUTION = '0910f337-bcfe-5d40-bebe-04bd023aed9b';
const SAMPLE = golden(ToolAuditRecorded).data;
const entry = (seq: number, kind: Entry['kind'] = 'outcome', executionId = EXECUTION): Entry => ({ ...SAMPLE, seq, kind, executionId });

interface Sent {
  readonly id: number;
  readonly event: string;
  readonly data: Entry;
}

/** An open stream, as a browser reads it. */
class Reader {
  private text = '';
  ended = false;

  constructor(readonly answer: StreamedAnswer, private readonly leave: () => void) {
    answer.body.setEncoding('utf8').on('data', (piece: string) => (this.text += piece));
    for (const event of ['end', 'close', 'error']) answer.body.on(event, () => (this.ended = true));
  }

  get sent(): Sent[] {
    return this.text.split('\n\n').filter((block) => block.startsWith('id:')).map((block) => {
      const [id = '', event = '', data = ''] = block.split('\n').map((line) => line.slice(line.indexOf(': ') + 2));
      return { id: Number(id), event, data: JSON.parse(data) as Entry };
    });
  }

  get ids(): number[] {
    return this.sent.map(({ id }) => id);
  }

  close(): void {
    this.leave();
  }
}

describe('GET /api/events/stream', () => {
  let outside: ServiceClient;
  // Before the gateway closes, which waits for its connections.
  afterAll(async () => {
    await outside.onApplicationShutdown();
    gateway.app.getHttpServer().closeAllConnections();
  });
  const gateway = testGateway();
  let chain: Entry[] = [];
  const readers: Reader[] = [];
  beforeAll(async () => {
    await gateway.app.listen(0, '127.0.0.1');
    // Any client that reads an answer as it comes will do.
    outside = new ServiceClient({ audit: `http://127.0.0.1:${(gateway.app.getHttpServer().address() as AddressInfo).port}` }, new Metrics());
  });
  beforeEach(() => {
    chain = [1, 2, 3].map((seq) => entry(seq));
    gateway.audit.on('GET /internal/audit/chain', ({ url }) => chainAnswer(url));
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await eventually(() => expect(isFollowed({ key: Buffer.from('demo') })).toBe(false));
  });

  const chainAnswer = (url: string): FakeAnswer => {
    const query = new URL(url, 'http://audit').searchParams;
    const head = chain.at(-1)?.seq ?? 0;
    if (!query.has('after')) return { body: { items: [], through: head } };
    const kinds = query.getAll('kind');
    const items = chain.filter(({ seq, kind, executionId }) =>
      seq > Number(query.get('after')) && (kinds.length === 0 || kinds.includes(kind)) && (query.get('executionId') ?? executionId) === executionId);
    return { body: { items, through: head } };
  };
  const open = async (query = '', headers: Readonly<Record<string, string>> = {}): Promise<Reader> => {
    const gone = new AbortController();
    const path = `/api/events/stream${query}`;
    const answer = await outside.stream({ service: 'audit', method: 'GET', path, headers: { authorization: `Bearer ${KEY}`, ...headers }, signal: gone.signal });
    const reader = new Reader(answer, () => gone.abort());
    readers.push(reader);
    return reader;
  };
  /** Recorded in the chain, and told to this instance. */
  const record = (entries: readonly Entry[], { told = true, tenantid = 'demo' } = {}): Promise<void> => {
    if (tenantid === 'demo') chain.push(...entries);
    const events = entries.map((data) => ({ ...golden(ToolAuditRecorded), tenantid, data }));
    return told ? gateway.deliver(OnToolAuditRecorded, events) : Promise.resolve();
  };

  it('sends entries as they are recorded, from now on', async () => {
    const reader = await open();
    expect(reader.answer.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    await record([entry(4, 'decision'), entry(5)]);
    await eventually(() => expect(reader.ids).toEqual([4, 5]));
    expect(reader.sent[0]).toEqual({ id: 4, event: 'decision', data: entry(4, 'decision') });
  });

  it('resumes behind the last id without a gap, whatever was recorded meanwhile and in whatever order it is told', async () => {
    const reader = await open('', { 'last-event-id': '1' });
    await eventually(() => expect(reader.ids).toEqual([2, 3]));
    await record([entry(4)], { told: false });
    await record([entry(5)]);
    await eventually(() => expect(reader.ids).toEqual([2, 3, 4, 5]));
  });

  it('sends only the kinds and the execution that are asked for, of the own tenant', async () => {
    const other = '0910f337-bcfe-5d40-bebe-04bd023aed9c';
    const kinds = await open('?kinds=approval,retry&kinds=decision');
    const execution = await open(`?executionId=${EXECUTION.toUpperCase()}`, { 'last-event-id': '0' });
    await record([entry(4, 'decision', other), entry(5, 'outcome', other), entry(6, 'approval')]);
    await record([entry(4), entry(7)], { tenantid: 'somebody-else' });
    await eventually(() => expect([kinds.ids, execution.ids]).toEqual([[4, 6], [1, 2, 3, 6]]));
  });

  it.each([
    ['an unknown kind', '?kinds=rumour', {}], ['an id that is none', '?executionId=1', {}], ['an unknown parameter', '?tenant=other', {}],
    ['a last id that is none', '', { 'last-event-id': 'x' }],
  ])('refuses %s', async (_title, query, headers) => {
    expect((await open(query, headers)).answer.status).toBe(400);
  });

  it('refuses who may not read the audit, and says where it cannot be asked', async () => {
    expect((await open('', { authorization: 'Bearer tp_bad' })).answer.status).toBe(401);
    gateway.audit.on('GET /internal/audit/chain', { status: 503, body: {} });
    expect((await open()).answer.status).toBe(503);
  });

  it('costs nothing while nobody follows the tenant', async () => {
    expect(isFollowed({ key: Buffer.from('demo') })).toBe(false);
    await open();
    expect(isFollowed({ key: Buffer.from('demo') })).toBe(true);
    expect(isFollowed({ key: Buffer.from('other') })).toBe(false);
  });

  it('ends when the service stops, so that it can', async () => {
    const reader = await open();
    gateway.get(Followers).beforeApplicationShutdown();
    await eventually(() => expect(reader.ended).toBe(true));
  });
});

describe('a live stream', () => {
  const times = { heartbeat: 20, renew: 20, unvouched: 200, stuck: 60_000 };
  const caller = { tenantId: 'demo', principal: { type: 'user', id: 'u' }, roles: ['auditor'], agent: null, mayActFor: false, ip: null, token: 't' } as const;

  it.each([
    ['its key is revoked', () => Promise.reject(new ToolplaneError('UNAUTHENTICATED'))],
    ['its tenant is suspended', () => Promise.reject(new ToolplaneError('TENANT_INACTIVE'))],
    ['its reader may no longer read the audit', () => Promise.resolve({ ...caller, roles: ['viewer'] })],
    ['nobody can vouch for it for long', () => Promise.reject(new Error('away'))],
  ])('ends when %s, and beats until then', async (_title, renew) => {
    const { lines, response } = recordingResponse();
    let ended = false;
    const stream = new LiveStream({
      caller, response, after: 0, wants: () => true, read: () => Promise.resolve({ items: [], through: 0 }), renew, ended: () => (ended = true),
      times: { ...times, heartbeat: 5 },
    });
    await eventually(() => expect(ended).toBe(true));
    expect(lines).toContain(': heartbeat\n\n');
    stream.tell([entry(1)]);
    expect(lines.join('')).not.toContain('id: 1');
  });

  it('is cut off where its reader takes nothing', async () => {
    const { response } = recordingResponse({ full: true });
    const options = { caller, response, after: 0, wants: () => true, read: () => Promise.resolve({ items: [], through: 1 }), renew: () => Promise.resolve(caller), ended: () => undefined };
    const stream = new LiveStream({ ...options, times: { ...times, heartbeat: 5, stuck: 10 } });
    await new Promise((resolve) => setImmediate(resolve));
    stream.tell([entry(1), entry(2), entry(3)]);
    await eventually(() => expect(response.destroyed).toBe(true));
  });
});

/** @param full takes the first bytes and no more */
function recordingResponse({ full = false } = {}): { readonly lines: string[]; readonly response: ServerResponse } {
  const lines: string[] = [];
  const written = new Writable({
    decodeStrings: false,
    highWaterMark: full ? 1 : 100_000,
    write: (text: string, _encoding, done) => {
      lines.push(text);
      if (!full) done();
    },
  });
  return { lines, response: Object.assign(written, { writeHead: () => written }) as unknown as ServerResponse };
}
