import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { UnsealingKey } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { createLogger } from '@toolplane/observability';
import { makeSealingKeys, sealPayload } from '@toolplane/security/sealing';
import { Type } from 'typebox';
import { defineProvider, type Provider, type ProviderCall } from '../provider.js';
import { dispatched } from '../testing/dispatched.js';
import { testWorker, type TestWorker } from '../testing/test-worker.js';

const KEYS = await makeSealingKeys('one');
const NEXT = await makeSealingKeys('two');
/** The four encodings of it differ. */
const CANARY = 'c4n4ry+/ "ü"?';
const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-kit-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const write = (file: string, content: unknown): string => {
  writeFileSync(`${file}.new`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${file}.new`, file);
  return file;
};
const fileOf = (keys: readonly UnsealingKey[]): string => write(path.join(folder, `${++files}.json`), { keys });

const provider = (invoke: (call: ProviderCall) => unknown): Provider =>
  defineProvider({ name: 'dummy', spec: Type.Object({}), invoke: (call) => Promise.resolve().then(() => invoke(call)) });
const echo = provider(({ payload }) => payload);
const TOOL = {
  name: 'echo',
  sensitive: { input: ['/key', '/list/*/pin'], output: [] },
  inputSchema: {
    properties: {
      key: { type: 'string', maxLength: 40, writeOnly: true },
      list: { items: { properties: { pin: { writeOnly: true } } } },
      text: { type: 'string' },
    },
  },
};
const sealed = async (payload: Record<string, unknown>, keys = KEYS.sealing) =>
  (await sealPayload(payload, TOOL.sensitive.input, { tenantId: 'demo', tool: 'echo' }, { keys: [keys] })).payload;

describe('a call with sealed fields', () => {
  const workers: TestWorker[] = [];
  let logged = '';
  const worker = (tested: Provider, unsealingKeysFile: string | null = fileOf([KEYS.unsealing])): TestWorker => {
    logged = '';
    const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => ((logged += chunk.toString()), done()) });
    const on = testWorker(tested, { unsealingKeysFile, logger: createLogger({ service: 'worker', level: 'debug', stream }) });
    workers.push(on);
    return on;
  };
  const run = async (
    tested: Provider,
    input: Record<string, unknown>,
    { file, ...rest }: { file?: string | null; tool?: object; tenantId?: string } = {},
  ) => (await worker(tested, file).run(dispatched(tested, { input, ...rest, tool: { ...TOOL, ...rest.tool } })))[0];
  afterEach(() => Promise.all(workers.splice(0).map((on) => on.close())));

  it('is made with what is in them', async () => {
    let seen: unknown;
    const looking = provider(({ payload }) => ((seen = payload), 'done'));
    expect(await run(looking, await sealed({ key: CANARY, list: [{ pin: 1234 }, {}], text: 'hi' }))).toMatchObject({
      status: 'succeeded',
      output: 'done',
    });
    expect(seen).toEqual({ key: CANARY, list: [{ pin: 1234 }, {}], text: 'hi' });
  });

  it('tells nothing of what it echoes, in whichever encoding', async () => {
    const echoing = provider(({ payload }) => {
      const key = String(payload['key']);
      return {
        payload,
        plain: `got ${key}`,
        base64: Buffer.from(`key=${key}`).toString('base64'),
        url: `/?k=${encodeURIComponent(key)}`,
        json: JSON.stringify({ key }),
        [key]: 1,
        length: 7,
      };
    });
    const report = await run(echoing, await sealed({ key: CANARY, list: [{ pin: 1234 }] }));
    expect(report).toMatchObject({
      status: 'succeeded',
      output: {
        payload: { key: '[redacted]', list: [{ pin: '[redacted]' }] },
        plain: '[redacted]',
        base64: '[redacted]',
        url: '[redacted]',
        json: '[redacted]',
        length: 7,
      },
    });
    expect(report?.redactions).toContainEqual({ pointer: '/payload/key', rule: 'value' });
    expect(JSON.stringify(report)).not.toContain('c4n4ry');
  });

  it('tells nothing of an output that would take too long to search', async () => {
    const large = provider(() => 'x'.repeat(1_000_000));
    const report = await run(
      large,
      await sealed({ key: 'x', list: [{ pin: Array.from({ length: 100 }, (_, i) => `secret number ${i}`) }] }),
    );
    expect(report).toMatchObject({ output: '[redacted]', redactions: [{ pointer: '', rule: 'value' }] });
  });

  it('tells nothing of it in an error, in the log neither', async () => {
    const refusing = provider(({ payload }) => {
      throw new ToolplaneError('UPSTREAM_REJECTED', {
        message: `refused ${String(payload['key'])}`,
        cause: new Error(`because of ${String(payload['key'])}`),
      });
    });
    expect(await run(refusing, await sealed({ key: CANARY }))).toMatchObject({
      error: { code: 'UPSTREAM_REJECTED', message: '[redacted]', effect: 'possible' },
    });
    expect(logged).toContain('a call failed');
    expect(logged).not.toContain('c4n4ry');
    const broken = provider(({ payload }) => {
      throw new TypeError(`cannot read ${String(payload['key'])}`);
    });
    expect(await run(broken, await sealed({ key: CANARY }))).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(logged).toContain('TypeError: [redacted]\\n    at ');
    expect(logged).not.toContain('c4n4ry');
  });

  it('keeps an error readable that is called like the secret', async () => {
    const refusing = provider(() => {
      throw new ToolplaneError('UPSTREAM_REJECTED');
    });
    expect(await run(refusing, await sealed({ key: 'possible' }))).toMatchObject({
      error: { code: 'UPSTREAM_REJECTED', effect: 'possible' },
    });
  });

  it.each<[string, () => Promise<{ input: Record<string, unknown>; tenantId?: string; tool?: object }>, string]>([
    ['is sealed for another tenant', async () => ({ input: await sealed({ key: CANARY }), tenantId: 'acme' }), 'SEALED_VALUE_INVALID'],
    ['is sealed for another tool', async () => ({ input: await sealed({ key: CANARY }), tool: { name: 'other' } }), 'SEALED_VALUE_INVALID'],
    ['was moved', async () => ({ input: { list: [{ pin: (await sealed({ key: CANARY }))['key'] }] } }), 'SEALED_VALUE_INVALID'],
    ['was forged', async () => Promise.resolve({ input: { key: { $sealed: 'a..b.c.d' } } }), 'SEALED_VALUE_INVALID'],
    ['was forged before it was sealed', async () => ({ input: await sealed({ key: { $sealed: 'c4n4ry' } }) }), 'SEALED_VALUE_INVALID'],
    ['is sealed to a key that is not here', async () => ({ input: await sealed({ key: CANARY }, NEXT.sealing) }), 'SEALED_VALUE_INVALID'],
    ['breaks the schema', async () => ({ input: await sealed({ key: { [CANARY]: CANARY } }) }), 'REQUEST_INPUT_INVALID'],
    ['is too long', async () => ({ input: await sealed({ key: `${CANARY}${'x'.repeat(40)}` }) }), 'REQUEST_INPUT_INVALID'],
    [
      'reaches into prototypes',
      async () => ({ input: await sealed({ list: [{ pin: JSON.parse('{"__proto__":{"c4n4ry":1}}') as unknown }] }) }),
      'REQUEST_INPUT_INVALID',
    ],
  ])('is not made where one %s', async (_title, make, code) => {
    let called = false;
    const { input, ...rest } = await make();
    const report = await run(
      provider(() => (called = true)),
      input,
      rest,
    );
    expect(report).toMatchObject({ status: 'failed', error: { code, effect: 'none', retryable: false } });
    expect(called).toBe(false);
    expect(JSON.stringify(report) + logged).not.toContain('c4n4ry');
  });

  it.each<[string, string | null]>([
    ['no file', null],
    ['a file that is not there', path.join(folder, 'absent')],
    ['a file that is none', write(path.join(folder, 'broken'), '{')],
  ])('waits for an operator where the worker has %s', async (_title, file) => {
    expect(await run(echo, await sealed({ key: CANARY }), { file })).toMatchObject({
      status: 'failed',
      error: { code: 'SEALING_NOT_CONFIGURED', effect: 'none', retryable: true, message: expect.stringContaining('UNSEALING_KEYS_FILE') },
    });
  });

  it('opens with the keys that the file holds now', async () => {
    const file = fileOf([KEYS.unsealing]);
    const on = worker(echo, file);
    const event = async () => dispatched(echo, { input: await sealed({ key: CANARY }, NEXT.sealing), tool: TOOL });
    expect(await on.run(await event())).toMatchObject([{ error: { code: 'SEALED_VALUE_INVALID' } }]);
    write(file, { keys: [KEYS.unsealing, NEXT.unsealing] });
    expect(await on.run(await event())).toMatchObject([{ status: 'succeeded' }]);
  });

  it('takes what came in the clear before the field was marked, and keeps it to itself all the same', async () => {
    expect(await run(echo, { key: CANARY })).toMatchObject({ status: 'succeeded', output: { key: '[redacted]' } });
  });
});
