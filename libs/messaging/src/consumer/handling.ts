import type { Logger } from '@toolplane/observability';
import type { FaultyRecord } from './decode.js';
import type { PartitionBatch } from '../port/subscription.js';

/** One way to hand the records of a batch to a handler and to settle them. Throws `DependencyDown` to be given the rest again later. */
export interface Handling {
  take(batch: PartitionBatch): Promise<void>;
  /** Resolves when no handler runs any more. */
  drained(): Promise<void>;
}

/** What every way of handling needs. */
export interface HandlingOptions<Content> {
  readonly handle: (contents: readonly Content[]) => Promise<void>;
  /** Most contents that a handler is given at once. */
  readonly maxEvents: number;
  /** Puts records aside for good, in such a way that somebody can look at them. */
  readonly park: (faulty: readonly FaultyRecord[]) => Promise<void>;
  readonly logger: Logger;
}

/** The pieces in which a batch is handed over. */
export function* piecesOf<Part>(whole: readonly Part[], most: number): Generator<readonly Part[]> {
  if (whole.length <= most) yield whole;
  else for (let at = 0; at < whole.length; at += most) yield whole.slice(at, at + most);
}
