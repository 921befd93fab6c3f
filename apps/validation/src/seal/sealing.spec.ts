import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkEvent, requestedTopic, ToolExecutionDecided, ToolExecutionRequested, type EventOf } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { digest } from '@toolplane/security/chain';
import { isSealed, makeSealingKeys, openPayload, sealPayload } from '@toolplane/security/sealing';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionRequested } from '../decide/on-tool-execution-requested.js';
import { OnToolRegistryChanged } from '../projection/on-tool-registry-changed.js';
import { sampleVersion, tenantChanged, toolChanged } from '../testing/sample.js';
import { validationConfig } from '../validation.config.js';
import { validationMigrations } from '../validation.migrations.js';
import { ValidationModule } from '../validation.module.js';

type Requested = EventOf<typeof ToolExecutionRequested>;
const KEYS = await makeSealingKeys('one');
const BINDING = { tenantId: 'demo', tool: 'echo' };
const CANARY = 'c4n4ry+/ü"';
const folder = await mkdtemp(path.join(tmpdir(), 'toolplane-sealing-'));
const file = path.join(folder, 'sealing-keys.json');
writeFileSync(file, JSON.stringify({ keys: [KEYS.sealing] }));
afterAll(() => rm(folder, { recursive: true }));

const requested = (data: Partial<Requested['data']>): Requested => ({ ...golden(ToolExecutionRequested), id: newId(), data: { tool: 'echo', payload: {}, ...data } });
const started = (env: Record<string, string>) => {
  const service = testService(ValidationModule, { definition: validationConfig, env, database: { service: 'validation', migrations: validationMigrations } });
  const decide = async (...events: readonly Requested[]) => {
    service.publisher.clear();
    await service.deliver(OnToolExecutionRequested, events);
    return service.published(ToolExecutionDecided);
  };
  const decideOn = async (ingress: string | undefined, event: Requested) => {
    service.publisher.clear();
    await service.get(OnToolExecutionRequested).handle([{ ...event, record: { topic: requestedTopic(ingress), partition: 0, offset: 7n, appendedAt: 1_700_000_000_000 } }]);
    return service.published(ToolExecutionDecided)[0];
  };
  beforeEach(() => service.deliver(OnToolRegistryChanged, [tenantChanged('demo'), ...toolChanged()]));
  return { service, decide, decideOn };
};
const open = async (event: ToolExecutionDecided | undefined) => (await openPayload(event?.data.input ?? {}, ['/key'], BINDING, { keys: [KEYS.unsealing] })).payload;

describe('a request in the clear', () => {
  const { decide, decideOn } = started({ SEALING_KEYS_FILE: file });

  it('is decided with its sensitive fields sealed, and hands the worker the schema to check them by', async () => {
    const [decided] = await decide(requested({ payload: { text: 'hi', key: CANARY } }));
    expect(decided?.data).toMatchObject({ outcome: 'allowed', input: { text: 'hi' }, tool: { sensitive: { input: ['/key'] }, inputSchema: sampleVersion().inputSchema } });
    expect(JSON.stringify(decided)).not.toContain('c4n4ry');
    expect(decided?.data.inputDigest).toBe(digest(decided?.data.input));
    expect(await open(decided)).toEqual({ text: 'hi', key: CANARY });
    expect(checkEvent(ToolExecutionDecided, decided?.data)).toBeNull();
  });

  it('is the same decision to the byte when it comes again, and another secret’s is another', async () => {
    const event = requested({ payload: { text: 'hi', key: CANARY } });
    const first = await decideOn(undefined, event);
    expect(JSON.stringify(await decideOn(undefined, event))).toBe(JSON.stringify(first));
    const other = await decideOn(undefined, { ...event, id: newId() });
    expect(other?.data.input['key']).not.toEqual(first?.data.input['key']);
  });

  it.each<[string, Partial<Requested['data']>]>([
    ['whose payload is refused', { payload: { key: CANARY } }],
    ['whose sensitive field itself is refused', { payload: { text: 'hi', key: { [CANARY]: CANARY } } }],
    ['of a version that does not exist', { version: '9.0.0', payload: { text: 'hi', key: CANARY } }],
    ['of an agent that may not', { agent: 'nobody', payload: { text: 'hi', key: CANARY } }],
    ['that is too large', { payload: { text: 'x'.repeat(270_000), key: CANARY } }],
    ['that is too deep', { payload: { text: JSON.parse(`${'['.repeat(70)}1${']'.repeat(70)}`) as unknown, key: CANARY } }],
  ])('shows nothing of them %s', async (_title, data) => {
    const [decided] = await decide(requested(data));
    expect(decided?.data.outcome).toBe('rejected');
    expect(JSON.stringify(decided)).not.toContain('c4n4ry');
  });

  it('is taken as it is where its sender has sealed it, by whichever ingress', async () => {
    const { payload } = await sealPayload({ text: 'hi', key: CANARY }, ['/key'], BINDING, { keys: [KEYS.sealing] });
    const [open1] = await decide(requested({ payload }));
    expect(open1?.data).toMatchObject({ outcome: 'allowed', input: payload });
    for (const ingress of ['execution', 'playbook']) expect((await decideOn(ingress, requested({ payload })))?.data).toMatchObject({ outcome: 'allowed', input: payload });
  });

  it('may become as long as it has to', async () => {
    const [decided] = await decide(requested({ payload: { text: 'hi', key: 'x'.repeat(256 * 1024 - 24) } }));
    expect(decided?.data.outcome).toBe('allowed');
    const [again] = await decide(requested({ payload: decided?.data.input ?? {} }));
    expect(again?.data).toMatchObject({ outcome: 'allowed', input: decided?.data.input });
  });

  it('is sealed where it only claims to be sealed, and the worker finds out', async () => {
    const [decided] = await decide(requested({ payload: { text: 'hi', key: { $sealed: 'no ciphertext' } } }));
    expect(isSealed(decided?.data.input['key'])).toBe(true);
    expect(decided?.data.outcome).toBe('allowed');
    await expect(open(decided)).rejects.toMatchObject({ code: 'SEALED_VALUE_INVALID' });
  });
});

describe('without keys', () => {
  const { decide } = started({});

  it('nothing is run that would have to be sealed, and the reason names the variable', async () => {
    const [decided] = await decide(requested({ payload: { text: 'hi', key: CANARY } }));
    expect(decided?.data).toMatchObject({
      outcome: 'rejected', input: {}, error: { code: 'SEALING_NOT_CONFIGURED', effect: 'none', message: expect.stringContaining('SEALING_KEYS_FILE') },
    });
    expect(decided?.data.rules.find(({ verdict }) => verdict === 'fail')).toMatchObject({ rule: 'input_schema', code: 'SEALING_NOT_CONFIGURED' });
    expect(JSON.stringify(decided)).not.toContain('c4n4ry');
  });

  it('what is sealed, or has nothing to seal, is run', async () => {
    const { payload } = await sealPayload({ text: 'hi', key: CANARY }, ['/key'], BINDING, { keys: [KEYS.sealing] });
    expect((await decide(requested({ payload }), requested({ payload: { text: 'hi' } }))).map(({ data }) => data.outcome)).toEqual(['allowed', 'allowed']);
  });
});
