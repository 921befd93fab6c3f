import { Injectable } from '@nestjs/common';

/** How much later than its record a change may have taken effect in some instance, in milliseconds of the log's clock. */
const EFFECT_WITHIN_MS = 30_000;

/**
 * When definitions changed last, by the clock of the log. A request that is older may have been decided under others, in which a limit or
 * an approval was wanted that no one wants now: only then is it worth asking whether a decision stands already.
 */
@Injectable()
export class DefinitionChanges {
  private latest = Number.NEGATIVE_INFINITY;

  note(appendedAt: number): void {
    if (appendedAt > this.latest) this.latest = appendedAt;
  }

  mayPrecede(appendedAt: number): boolean {
    return appendedAt < this.latest + EFFECT_WITHIN_MS;
  }
}
