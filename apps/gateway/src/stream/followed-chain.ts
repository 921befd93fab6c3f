import type { ToolAuditRecorded } from '@toolplane/contracts/events';

export type Entry = ToolAuditRecorded['data'];

/** A piece of a chain as the audit gives it: what is wanted of it, and how far one has read with it. */
export interface Piece {
  readonly items: readonly Entry[];
  readonly through: number;
}

/** Where entries go. */
export interface Sink {
  /** False: no more until `drained` is called. */
  write(entry: Entry): boolean;
}

export interface FollowedChainOptions {
  /** The last entry that the follower has. */
  readonly after: number;
  readonly sink: Sink;
  /** Whether the follower wants an entry. */
  readonly wants: (entry: Entry) => boolean;
  /** What the audit has after an entry, in the order of the chain; only what is wanted. May reject. */
  readonly read: (after: number) => Promise<Piece>;
}

/**
 * One follower of one chain. What is told live is passed on as it comes where it is the next entry; where it is not, because something was
 * told in another order, missed, or the follower is slow, what is missing is read from the audit. So there is never a gap, nothing comes
 * twice, and nothing is kept for who cannot take it.
 */
export class FollowedChain {
  private last: number;
  /** There may be more than was passed on. */
  private behind = false;
  private reading: Promise<void> | undefined;
  private full = false;
  private ended = false;

  constructor(private readonly options: FollowedChainOptions) {
    this.last = options.after;
  }

  /** Entries that were just recorded, in whatever order. */
  tell(entries: readonly Entry[]): void {
    if (this.ended) return;
    if (this.reading || this.full) {
      this.behind = true;
      return;
    }
    for (const entry of entries.toSorted((a, b) => a.seq - b.seq)) {
      if (entry.seq <= this.last) continue;
      if (entry.seq > this.last + 1 || this.full) {
        void this.catchUp();
        return;
      }
      this.pass(entry);
      this.last = entry.seq;
    }
  }

  /** Reads what there is beyond what was passed on. Resolves when there is nothing more, or it could not be read, or not be taken. */
  catchUp(): Promise<void> {
    this.behind = true;
    this.reading ??= this.readOn().finally(() => {
      this.reading = undefined;
      // Told while the last answer was on its way.
      if (this.behind && !this.full && !this.ended && !this.failed) void this.catchUp();
    });
    return this.reading;
  }

  /** The follower can take more again. */
  drained(): void {
    this.full = false;
    if (this.behind && !this.ended) void this.catchUp();
  }

  end(): void {
    this.ended = true;
  }

  /** Whether the last try to read went wrong: it is made again when something is told, or at the next look. */
  private failed = false;

  private async readOn(): Promise<void> {
    while (this.behind && !this.full && !this.ended) {
      this.behind = false;
      try {
        const { items, through } = await this.options.read(this.last);
        this.failed = false;
        this.take(items, through);
      } catch {
        this.behind = true;
        this.failed = true;
        return;
      }
    }
  }

  private take(items: readonly Entry[], through: number): void {
    for (const entry of items) {
      if (this.ended) return;
      this.pass(entry);
      this.last = entry.seq;
      if (this.full) {
        this.behind = true;
        return;
      }
    }
    // A piece ends where it was cut or where the chain did; which of the two, the next one tells.
    if (items.length > 0) this.behind = true;
    this.last = through;
  }

  private pass(entry: Entry): void {
    if (this.options.wants(entry) && !this.options.sink.write(entry)) this.full = true;
  }
}
