import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import type { FaultyRecord, Item } from './decode.js';

/** Pauses between the tries of a record that stands alone, in milliseconds; with one more try than pauses. */
export const TRY_AGAIN_AFTER_MS: readonly number[] = [100, 500];

export interface Halving<Content> {
  readonly handle: (contents: readonly Content[]) => Promise<void>;
  /** Told of each part as it is settled, in order: all of its items were handled but the faulty ones. */
  readonly settled: (items: readonly Item<Content>[], faulty: readonly FaultyRecord[]) => Promise<void>;
  /** Told of every failure of a record alone. */
  readonly onFailure: (item: Item<Content>, error: unknown, attempt: number) => void;
  readonly signal: AbortSignal;
  readonly tryAgainAfterMs?: readonly number[] | undefined;
}

/**
 * Hands a batch to a handler that is all or nothing. Where it fails, the batch is halved until the record at fault stands alone; that one
 * is tried a bounded number of times. `DependencyDown` goes to the caller at once: it is no record’s fault. Stops between two calls when
 * the signal is given; what was settled until then was told.
 */
export const handleHalving = async <Content>(items: readonly Item<Content>[], halving: Halving<Content>): Promise<void> => {
  if (items.length === 0 || halving.signal.aborted) return;
  const error = await attempt(items, halving);
  if (error === undefined) return halving.settled(items, []);
  const [item] = items;
  if (items.length === 1 && item) return settleAlone(item, error, halving);
  const half = items.length >> 1;
  await handleHalving(items.slice(0, half), halving);
  await handleHalving(items.slice(half), halving);
};

const attempt = async <Content>(items: readonly Item<Content>[], { handle }: Halving<Content>): Promise<Error | undefined> => {
  try {
    await handle(items.map(({ content }) => content));
    return undefined;
  } catch (error) {
    if (error instanceof DependencyDown) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
};

const settleAlone = async <Content>(item: Item<Content>, first: Error, halving: Halving<Content>): Promise<void> => {
  const { onFailure, settled, signal, tryAgainAfterMs = TRY_AGAIN_AFTER_MS } = halving;
  let error = first;
  let attempts = 1;
  onFailure(item, error, attempts);
  for (const pauseMs of tryAgainAfterMs) {
    if (isFinal(error)) break;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const again = await attempt([item], halving);
    if (again === undefined) return settled([item], []);
    error = again;
    attempts += 1;
    onFailure(item, error, attempts);
  }
  await settled([item], [{ record: item.record, fault: { ...describe(error), attempts } }]);
};

/** A refusal that the catalogue calls final is the same at every try. */
const isFinal = (error: Error): boolean => error instanceof ToolplaneError && !(error.options.retryable ?? error.definition.retryable);

/** The message of a bug may hold values of the record, and a dead letter is shown to people: it stands in the log alone. */
const describe = (error: Error): { code: string; reason: string } =>
  error instanceof ToolplaneError ? { code: error.code, reason: error.message } : { code: 'HANDLER_FAILED', reason: `the handler failed with ${error.name}` };
