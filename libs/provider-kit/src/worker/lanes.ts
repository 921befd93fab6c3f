/** What is bounded, and how far. */
export interface LaneLimits {
  /** Calls that run at once, of one tenant and tool. */
  readonly perTool: number;
  /** Calls that run at once, altogether. */
  readonly total: number;
  /** Calls that wait, of one tenant and tool; one more never begins. */
  readonly waitingPerTool: number;
}

interface Lane<Item> {
  readonly key: string;
  running: number;
  /** Whether it stands in the line of lanes that may start something. */
  lined: boolean;
  waiting: Item[];
}

/**
 * Bulkheads: a lane for each tenant and tool, with its own limit, so that a slow tool holds up only itself. Where the total limit
 * is reached, lanes take turns.
 */
export class Lanes<Item> {
  readonly #lanes = new Map<string, Lane<Item>>();
  #line: Lane<Item>[] = [];
  #running = 0;
  #waiting = 0;

  constructor(
    private readonly limits: LaneLimits,
    /** Begins an item, and calls `release` with the same key once it has ended; false: it shall not begin any more. */
    private readonly start: (item: Item, key: string) => boolean,
    /** Whether anything may begin at all just now. */
    private readonly open: () => boolean,
  ) {}

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Starts the item or lets it wait; false where its lane is full. */
  add(key: string, item: Item): boolean {
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { key, running: 0, lined: false, waiting: [] };
      this.#lanes.set(key, lane);
    }
    if (lane.waiting.length === 0 && this.#mayStart(lane)) {
      this.#begin(lane, item);
      return true;
    }
    if (lane.waiting.length >= this.limits.waitingPerTool) return false;
    lane.waiting.push(item);
    this.#waiting += 1;
    this.#enlist(lane);
    return true;
  }

  release(key: string): void {
    const lane = this.#lanes.get(key);
    if (!lane) return;
    lane.running -= 1;
    this.#running -= 1;
    if (lane.waiting.length > 0) this.#enlist(lane);
    else if (lane.running === 0) this.#lanes.delete(key);
    this.pump();
  }

  /** Starts what may start; to be called when `open` may have changed. */
  pump(): void {
    while (this.#line.length > 0 && this.#running < this.limits.total && this.open()) {
      const lane = this.#line.shift();
      if (!lane) return;
      lane.lined = false;
      if (lane.running >= this.limits.perTool) continue;
      const item = lane.waiting.shift();
      if (item === undefined) continue;
      this.#waiting -= 1;
      this.#begin(lane, item);
      this.#enlist(lane);
    }
  }

  /** Takes out of the queues what shall not wait any longer. */
  takeWaiting(which: (item: Item) => boolean): readonly Item[] {
    if (this.#waiting === 0) return [];
    const taken: Item[] = [];
    for (const lane of this.#lanes.values()) {
      const kept: Item[] = [];
      for (const item of lane.waiting) (which(item) ? taken : kept).push(item);
      lane.waiting = kept;
      if (kept.length === 0 && lane.running === 0) this.#lanes.delete(lane.key);
    }
    this.#waiting -= taken.length;
    return taken;
  }

  #mayStart(lane: Lane<Item>): boolean {
    return lane.running < this.limits.perTool && this.#running < this.limits.total && this.open();
  }

  #begin(lane: Lane<Item>, item: Item): void {
    lane.running += 1;
    this.#running += 1;
    if (this.start(item, lane.key)) return;
    lane.running -= 1;
    this.#running -= 1;
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(lane.key);
  }

  #enlist(lane: Lane<Item>): void {
    if (lane.lined || lane.waiting.length === 0 || lane.running >= this.limits.perTool) return;
    lane.lined = true;
    this.#line.push(lane);
  }
}
