import { Injectable } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import { ServiceClient } from '@toolplane/service-kit';
import type { Waiter } from './waiters.js';

/** In case an event was missed, as while this instance was still joining the log: a waiting caller's record is also looked at so often. */
const LOOK_EVERY_MS = 3_000;

export interface Waited {
  readonly token: string;
  readonly waiter: Waiter;
  readonly waitMs: number;
}

export const isFinal = ({ status }: ExecutionRecord): boolean => status === 'succeeded' || status === 'failed';

/** Reads records from `execution`, now or when they have come to an end. */
@Injectable()
export class ExecutionReader {
  constructor(private readonly services: ServiceClient) {}

  /**
   * Waits until the execution has ended or begins to wait for an approval; at the latest until the time is over or the service stops.
   * Gives the last record that could be read: the execution is accepted, so that nothing here is an error any more.
   */
  async untilEnded(first: ExecutionRecord, { token, waiter, waitMs }: Waited): Promise<ExecutionRecord> {
    const end = performance.now() + waitMs;
    const ended = (record: ExecutionRecord): boolean =>
      isFinal(record) || (record.status === 'awaiting_approval' && first.status !== 'awaiting_approval');
    let record = first;
    while (!ended(record)) {
      const left = end - performance.now();
      if (left <= 0) break;
      if ((await waiter.wait(Math.min(left, LOOK_EVERY_MS))) === 'stopped') break;
      record = (await this.read(record.id, token)) ?? record;
    }
    return record;
  }

  /** Null where it cannot be read. */
  private async read(id: string, token: string): Promise<ExecutionRecord | null> {
    try {
      const { status, body } = await this.services.call<ExecutionRecord>({ service: 'execution', method: 'GET', path: pathOf(id), token });
      return status === 200 ? body : null;
    } catch (error) {
      if (error instanceof DependencyDown) return null;
      throw error;
    }
  }
}

/** Path of a record, the same inside and outside. */
export const pathOf = (id: string): string => `/api/tools/executions/${encodeURIComponent(id)}`;
