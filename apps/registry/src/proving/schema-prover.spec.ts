import { echo } from '../testing/test-registry.js';
import { SchemaProver } from './schema-prover.js';

/** As the service runs it, but from source. */
const thread = new URL('./prove.thread.ts', import.meta.url);
const worker = { execArgv: ['--conditions=@toolplane/source', '--import', '@swc-node/register/esm-register'], env: { ...process.env, SWC_NODE_PROJECT: 'tsconfig.base.json' } };

describe('the proving of schemas', () => {
  const prover = SchemaProver.with({ thread, worker, budgetMs: 5_000 });
  afterAll(() => prover.onApplicationShutdown());

  it('finds in another thread what this one would find', async () => {
    expect(await prover.faults(echo)).toEqual([]);
    const faults = await prover.faults({ ...echo, inputSchema: { type: 'object', required: ['a'] }, outputSchema: { $ref: 'https://example.com/' }, examples: [{ input: {} }] });
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/examples/0/input/a', '/outputSchema/$ref']);
  });

  it('takes one tool after the other', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, (_, n) => prover.faults({ ...echo, inputSchema: { type: 'object', minLength: n % 2 ? 'x' : 1 } })));
    expect(many.map(({ length }) => length)).toEqual(Array.from({ length: 20 }, (_, n) => n % 2));
  });

  it('gives up on what takes too long, in its own thread, and goes on with the next', async () => {
    const hanging = SchemaProver.with({ thread: hang('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'), worker: {}, budgetMs: 20 });
    expect(await hanging.faults(echo)).toMatchObject([{ pointer: '/inputSchema', detail: expect.stringContaining('too long') }]);
    await hanging.onApplicationShutdown();
  });

  it('survives a thread that dies of a schema', async () => {
    const dying = SchemaProver.with({ thread: hang('process.exit(1)'), worker: {} });
    expect(await dying.faults(echo)).toHaveLength(1);
    await dying.onApplicationShutdown();
  });

  it('says that it cannot prove anything where its thread does not start', async () => {
    const broken = SchemaProver.with({ thread: new URL('data:text/javascript,process.exit(1)'), worker: {} });
    await expect(broken.faults(echo)).rejects.toMatchObject({ name: 'DependencyDown' });
  });
});

const hang = (what: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => ${what}); parentPort.postMessage({})`)}`);
