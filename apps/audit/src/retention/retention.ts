import type { Database, Tx } from '@toolplane/persistence';
import type { Tombstone } from '@toolplane/security/chain';
import type { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { verifyTenant } from '../verify/verify-tenant.js';

const MONTH = `date_trunc('month', now() at time zone 'UTC')`;
const ENSURE_NEXT_MONTH = `select audit.ensure_month((${MONTH} + interval '1 month')::date)`;
/** Longer than any topic but a compacted one keeps a record; the function holds to it too. */
const FORGET = `select audit.forget_events(date_trunc('month', now() at time zone 'UTC' - interval '35 days')::date, $1) as forgotten`;
const OLD_MONTHS = `
  select month::text as month
    from (select to_date(substring(c.relname from '^entries_(\\d{4}_\\d{2})$'), 'YYYY_MM') as month
            from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit.entries'::regclass) months
   where month < (${MONTH} - make_interval(months => $1))::date order by month`;
const CHAINS_OF = `
  select part.tenant_id as "tenantId", first_seq as "firstSeq", last_seq as "lastSeq", f.prev_hash as "prevHash", l.hash as "lastHash"
    from (select tenant_id, min(seq) as first_seq, max(seq) as last_seq from audit.entries where month = $1 group by tenant_id) part
    join audit.entries f on (f.tenant_id, f.seq, f.month) = (part.tenant_id, first_seq, $1)
    join audit.entries l on (l.tenant_id, l.seq, l.month) = (part.tenant_id, last_seq, $1) order by 1`;
const BURY = `
  insert into audit.tombstones (tenant_id, month, first_seq, last_seq, prev_hash, last_hash, removed_at, key_id, signature)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const REMOVE_MONTH = 'select audit.remove_month($1)';
/** Of several instances one removes. */
const LOCK = `select pg_advisory_xact_lock(7470666, hashtext('audit.retention'))`;

const FORGOTTEN_AT_ONCE = 10_000;
const MOST_ROUNDS = 100;

type Part = Pick<Tombstone, 'tenantId' | 'firstSeq' | 'lastSeq' | 'prevHash' | 'lastHash'>;

/** What is kept for how long. Nothing here is on the path of an execution. */
export class Retention {
  constructor(
    private readonly database: Database,
    private readonly files: CheckpointFiles | undefined,
    /** Undefined: for ever. */
    private readonly months: number | undefined,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** @returns the months that were removed */
  async run(): Promise<readonly string[]> {
    await this.database.asWorker((tx) => tx.query(ENSURE_NEXT_MONTH));
    await this.forget();
    if (this.months === undefined || !this.files) return [];
    const removed: string[] = [];
    for (const { month } of await this.database.asWorker((tx) => tx.query<{ month: string }>(OLD_MONTHS, [this.months]))) {
      await this.remove(month, this.files);
      removed.push(month);
    }
    return removed;
  }

  /** In pieces, so that no transaction is long; what is left is for the next time. */
  private async forget(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const [row] = await this.database.asWorker((tx) => tx.query<{ forgotten: number }>(FORGET, [FORGOTTEN_AT_ONCE]));
      if ((row?.forgotten ?? 0) < FORGOTTEN_AT_ONCE) return;
    }
  }

  /**
   * Outside first, then the database: a tombstone too many tells of entries that are still there, one too few would be a gap.
   * @throws Error where a chain does not verify: what may be evidence is not removed
   */
  private async remove(month: string, files: CheckpointFiles): Promise<void> {
    const parts = await this.database.asWorker((tx) => tx.query<Part>(CHAINS_OF, [month]));
    for (const { tenantId, lastSeq } of parts) {
      const { ok, firstBadSequence, reason } = await verifyTenant(this.database, tenantId, { until: lastSeq });
      if (!ok) throw new Error(`the chain of ${tenantId} is bad at ${firstBadSequence}: ${reason}; entries of ${month} are not removed`);
    }
    const removedAt = this.clock().toISOString();
    const stones = parts.map((part) => files.signer.sign({ type: 'tombstone' as const, ...part, month, removedAt }));
    for (const stone of stones) await files.append(stone.tenantId, [stone]);
    await this.database.asWorker(async (tx) => {
      await tx.query(LOCK);
      const old = await tx.query<{ month: string }>(OLD_MONTHS, [this.months]);
      if (!old.some((one) => one.month === month)) return;
      for (const stone of stones) await bury(tx, stone);
      await tx.query(REMOVE_MONTH, [month]);
    });
  }
}

const bury = (tx: Tx, stone: Tombstone): Promise<unknown> =>
  tx.query(BURY, [
    stone.tenantId, stone.month, stone.firstSeq, stone.lastSeq, stone.prevHash, stone.lastHash, stone.removedAt, stone.keyId, stone.signature,
  ]);
