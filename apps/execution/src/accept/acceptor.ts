import type { ErrorCode } from '@toolplane/contracts/errors';
import { type Database, type Outbox, type Tx } from '@toolplane/persistence';
import type { ExecutionRow } from '../execution/execution-row.js';
import { acceptanceStore, type Acceptance } from './acceptance.store.js';
import { MicroBatch } from './micro-batch.js';
import { requestedEvent } from './requested-event.js';

/** What became of one request: accepted (anew or earlier, under the same key or id) or refused. */
export type Accepted =
  | { readonly outcome: 'accepted' | 'replayed'; readonly row: ExecutionRow }
  | { readonly outcome: 'refused'; readonly code: Extract<ErrorCode, 'IDEMPOTENCY_KEY_REUSED' | 'EXECUTION_ID_CONFLICT'> };

/** Rows a transaction takes: larger ones only feed the garbage collector. */
const LARGEST_BATCH = 200;

/** Makes executions of HTTP requests: row, idempotency key and outbox row in one transaction, many concurrent requests in one. */
export class Acceptor {
  private readonly batch = new MicroBatch((inputs: readonly Acceptance[]) => this.acceptAll(inputs), LARGEST_BATCH);

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /** @throws DependencyDown when nothing was accepted because the database is away. */
  accept(acceptance: Acceptance): Promise<Accepted> {
    return this.batch.run(acceptance);
  }

  private async acceptAll(acceptances: readonly Acceptance[]): Promise<readonly Accepted[]> {
    return this.database.asWorker(async (tx) => {
      const ordered = [...acceptances].sort(inKeyOrder);
      const claims = await claim(tx, ordered);
      const fresh = ordered.filter((each) => !claims.has(each));
      const { inserted, answers } = await this.insert(tx, fresh);
      await this.outbox.add(tx, inserted.map(({ row }) => ({ event: requestedEvent(row) })));
      for (const [acceptance, answer] of await replays(tx, claims)) answers.set(acceptance, answer);
      return acceptances.map((each) => answers.get(each) as Accepted);
    });
  }

  private async insert(tx: Tx, fresh: readonly Acceptance[]) {
    const answers = new Map<Acceptance, Accepted>();
    const inserted: { readonly acceptance: Acceptance; readonly row: ExecutionRow }[] = [];
    if (fresh.length === 0) return { inserted, answers };
    const first = firstOf(fresh, (each) => `${each.tenantId} ${each.executionId}`);
    const rows = new Map((await acceptanceStore.insert(tx, first)).map((row) => [`${row.tenantId} ${row.id}`, row]));
    for (const acceptance of first) {
      const row = rows.get(`${acceptance.tenantId} ${acceptance.executionId}`);
      if (!row) continue;
      inserted.push({ acceptance, row });
      answers.set(acceptance, { outcome: 'accepted', row });
    }
    const others = fresh.filter((each) => !answers.has(each));
    if (others.length > 0) {
      const existing = await acceptanceStore.rows(tx, others.map(({ tenantId, executionId }) => ({ tenantId, id: executionId })));
      for (const acceptance of others) {
        const row = existing.find(({ tenantId, id }) => tenantId === acceptance.tenantId && id === acceptance.executionId);
        answers.set(acceptance, row && row.requestDigest === acceptance.requestDigest
          ? { outcome: 'replayed', row } : { outcome: 'refused', code: 'EXECUTION_ID_CONFLICT' });
      }
      const refused = others.filter((each) => each.idempotencyKey !== null && answers.get(each)?.outcome === 'refused');
      if (refused.length > 0) await acceptanceStore.freeKeys(tx, refused);
    }
    return { inserted, answers };
  }
}

type Claim = { readonly executionId: string } | 'reused';

/** Those whose key stands for an earlier request, with what it stands for. Whoever is not in the map goes on. */
async function claim(tx: Tx, ordered: readonly Acceptance[]): Promise<ReadonlyMap<Acceptance, Claim>> {
  const keyed = ordered.filter(({ idempotencyKey }) => idempotencyKey !== null);
  const claims = new Map<Acceptance, Claim>();
  if (keyed.length === 0) return claims;
  const first = firstOf(keyed, keyOf);
  const won = new Set((await acceptanceStore.claimKeys(tx, first)).map(({ tenantId, key }) => `${tenantId} ${key}`));
  const losers = keyed.filter((each) => !(won.has(keyOf(each)) && first.includes(each)));
  if (losers.length === 0) return claims;
  const taken = new Map((await acceptanceStore.keys(tx, losers)).map((each) => [`${each.tenantId} ${each.key}`, each]));
  for (const each of losers) {
    const before = taken.get(keyOf(each));
    claims.set(each, before && before.fingerprint === each.fingerprint ? { executionId: before.executionId } : 'reused');
  }
  return claims;
}

async function replays(tx: Tx, claims: ReadonlyMap<Acceptance, Claim>): Promise<readonly (readonly [Acceptance, Accepted])[]> {
  const repeated = [...claims].flatMap(([{ tenantId }, each]) => (each === 'reused' ? [] : [{ tenantId, id: each.executionId }]));
  const rows = repeated.length > 0 ? await acceptanceStore.rows(tx, repeated) : [];
  return [...claims].map(([acceptance, each]) => {
    const row = each === 'reused' ? undefined : rows.find(({ tenantId, id }) => tenantId === acceptance.tenantId && id === each.executionId);
    return [acceptance, row ? { outcome: 'replayed', row } : { outcome: 'refused', code: 'IDEMPOTENCY_KEY_REUSED' }] as const;
  });
}

const keyOf = ({ tenantId, idempotencyKey }: Acceptance): string => `${tenantId} ${idempotencyKey}`;
const inKeyOrder = (a: Acceptance, b: Acceptance): number => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : a.executionId < b.executionId ? -1 : 1);
const firstOf = <T>(items: readonly T[], key: (item: T) => string): readonly T[] => [...new Map([...items].reverse().map((item) => [key(item), item])).values()].reverse();

