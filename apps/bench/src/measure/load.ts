import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** How long requests are published. */
  readonly publishMs: number;
  /** Most requests that are under way at a time. */
  readonly backlog: number;
  /** Requests published at once. */
  readonly batch: number;
}

export interface System {
  /** Publishes this many new requests. */
  publish(count: number): Promise<void>;
  /** Answered so far. */
  completed(): number;
  /** Resolves when everything published is answered, written and recorded. */
  settled(published: number): Promise<void>;
}

export interface Throughput {
  readonly executions: number;
  readonly perSecond: number;
  readonly drainPerSecond: number;
  readonly wallSeconds: number;
}

/** Publishes while the system drains, never more ahead than the backlog; the clock stops when the last one is done in every respect. */
export async function measureThroughput(system: System, { publishMs, backlog, batch }: Pace): Promise<Throughput> {
  const before = system.completed();
  const begun = performance.now();
  let published = 0;
  while (performance.now() - begun < publishMs) {
    if (published - (system.completed() - before) + batch > backlog) {
      await sleep(1);
      continue;
    }
    await system.publish(batch);
    published += batch;
  }
  const stopped = performance.now();
  const left = published - (system.completed() - before);
  while (system.completed() - before < published) await sleep(1);
  const drained = performance.now();
  await system.settled(published);
  const wallMs = performance.now() - begun;
  return {
    executions: published,
    perSecond: (published / wallMs) * 1_000,
    drainPerSecond: (left / Math.max(1, drained - stopped)) * 1_000,
    wallSeconds: wallMs / 1_000,
  };
}

export interface TimedSystem {
  /** Publishes one request now; resolves with how long its answer took, in milliseconds. */
  request(): Promise<number>;
}

/** One request every so often, whether earlier ones are answered or not (open loop). */
export async function measureLatency(
  system: TimedSystem,
  { perSecond, requests }: { perSecond: number; requests: number },
): Promise<number[]> {
  const begun = performance.now();
  const answers: Promise<number>[] = [];
  for (let sent = 0; sent < requests; sent += 1) {
    await sleep(Math.max(0, begun + (sent * 1_000) / perSecond - performance.now()));
    answers.push(system.request());
  }
  return Promise.all(answers);
}
