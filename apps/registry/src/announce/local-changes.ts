import { Injectable } from '@nestjs/common';

/** Longer than a change takes from being told of to being committed. */
const UNDER_WAY_MS = 1_000;

/** Knows whether this instance may be changing definitions right now: then nothing that it remembers of them is sure. */
@Injectable()
export class LocalChanges {
  private last = Number.NEGATIVE_INFINITY;

  /** Called within the transaction of a change. */
  tell(): void {
    this.last = performance.now();
  }

  underWay(): boolean {
    return performance.now() - this.last < UNDER_WAY_MS;
  }
}
