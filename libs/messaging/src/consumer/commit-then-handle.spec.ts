import type { Received } from '@toolplane/contracts/envelope';
import { ToolInvocationDispatched } from '@toolplane/contracts/events';
import { DependencyDown } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { createLogger } from '@toolplane/observability';
import type { LogRecord } from '../port/log-record.js';
import type { PartitionBatch } from '../port/subscription.js';
import { CommitThenHandle } from './commit-then-handle.js';
import { eventDecoder } from './decode.js';

const dispatch = (offset: bigint, executionId = newId(), attempt = 1): LogRecord => ({
  topic: 't', partition: 0, offset, appendedAt: 1_000_000, key: null, headers: {},
  value: Buffer.from(JSON.stringify({ ...golden(ToolInvocationDispatched, { executionId, attempt }), id: newId() })),
});

const batchOf = (records: readonly LogRecord[], commit: (next: bigint) => Promise<void>, signal = new AbortController().signal): PartitionBatch => ({
  topic: 't', partition: 0, records, signal, commit, done: () => undefined,
});

/** A handling over a log whose past is given. */
const handling = (handle: (events: readonly Received[]) => Promise<void>, past: readonly LogRecord[] = []) => {
  const parked: bigint[] = [];
  let readBacks = 0;
  const taking = new CommitThenHandle({
    handle,
    decode: eventDecoder(ToolInvocationDispatched),
    maxEvents: 2,
    park: (faulty) => Promise.resolve(void parked.push(...faulty.map(({ record }) => record.offset))),
    log: {
      readBack: ({ before, onRecords }) => {
        readBacks += 1;
        onRecords(past.filter(({ offset }) => offset < before));
        return Promise.resolve();
      },
    },
    logger: createLogger({ service: 'spec', level: 'silent' }),
  });
  return { taking, parked, readBacks: () => readBacks };
};
const acknowledged = (): Promise<void> => Promise.resolve();

describe('commit, then handle', () => {
  it('calls nothing where the commit was not acknowledged, and calls it when it is delivered again', async () => {
    const calls: string[] = [];
    const { taking } = handling((events) => Promise.resolve(void calls.push(...events.map(({ id }) => id))));
    const records = [dispatch(0n)];
    await expect(taking.take(batchOf(records, () => Promise.reject(new DependencyDown('the event log'))))).rejects.toThrow(DependencyDown);
    expect(calls).toEqual([]);
    await taking.take(batchOf(records, acknowledged));
    expect(calls).toHaveLength(1);
  });

  it('reads back once, and again only where somebody else may have read in between', async () => {
    const { taking, readBacks } = handling(() => Promise.resolve());
    await taking.take(batchOf([dispatch(5n), dispatch(6n)], acknowledged));
    await taking.take(batchOf([dispatch(7n)], acknowledged));
    expect(readBacks()).toBe(1);
    await taking.take(batchOf([dispatch(20n)], acknowledged));
    expect(readBacks()).toBe(2);
  });

  it('drops what the past holds, and commits all the same', async () => {
    const execution = newId();
    const calls: unknown[] = [];
    const committed: bigint[] = [];
    const { taking } = handling((events) => Promise.resolve(void calls.push(...events)), [dispatch(0n, execution, 2)]);
    await taking.take(batchOf([dispatch(1n, execution, 1), dispatch(2n, execution, 2)], (next) => Promise.resolve(void committed.push(next))));
    expect(calls).toEqual([]);
    expect(committed).toEqual([3n]);
  });

  it('parks what it cannot read before it commits', async () => {
    const order: string[] = [];
    const { taking, parked } = handling(() => Promise.resolve());
    await taking.take(batchOf([{ ...dispatch(0n), value: Buffer.from('no') }], () => Promise.resolve(void order.push(`commit after ${parked.length} parked`))));
    expect(order).toEqual(['commit after 1 parked']);
  });

  it('waits for a handler that is full, but lets the group go on without it, and outlives its failure', async () => {
    let fail: (error: Error) => void = () => undefined;
    const full = new Promise<void>((_, reject) => {
      fail = reject;
    });
    let calls = 0;
    const { taking } = handling(() => ((calls += 1), calls === 1 ? full : Promise.resolve()));
    const stop = new AbortController();
    const first = taking.take(batchOf([dispatch(0n), dispatch(1n), dispatch(2n)], acknowledged, stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(1);
    stop.abort();
    await first;
    const second = taking.take(batchOf([dispatch(2n)], acknowledged));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(1);
    fail(new Error('a bug'));
    await second;
    expect(calls).toBe(2);
    await taking.drained();
  });
});
