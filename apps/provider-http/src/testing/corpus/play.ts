import type { ErrorCode } from '@toolplane/contracts/errors';
import type { World } from './world.js';

export interface Vector {
  readonly id: string;
  readonly category: string;
  readonly url_or_setup: string;
  readonly expected: 'allow' | 'deny';
  readonly why: string;
}

/** How a vector is played, and what has to come of it beside its verdict. */
export interface Play {
  /** The last report decides. */
  readonly run: (world: World) => Promise<Awaited<ReturnType<World['call']>>>;
  /** Of a denial; default `EGRESS_DENIED`. */
  readonly code?: ErrorCode;
  /**
   * How far a denied call may come. `nowhere` (default): no connection. `dialled`: a connection to a checked address was tried, and no
   * request went over it. `answered`: the request went to the checked address and nowhere else.
   */
  readonly reaches?: 'nowhere' | 'dialled' | 'answered';
  readonly check?: (world: World, report: Awaited<ReturnType<World['call']>>) => void | Promise<void>;
}

export type Plays = Readonly<Record<string, Play>>;

/** Calls this URL. */
export const url = (text: string, more: Partial<Play> = {}): Play => ({ run: (world) => world.call({ spec: { url: text } }), ...more });
/** Calls api.example.com, which has these addresses. */
export const resolving = (...addresses: readonly string[]): Play => ({
  run: (world) => {
    world.hosts = { 'api.example.com': addresses };
    return world.call();
  },
});
