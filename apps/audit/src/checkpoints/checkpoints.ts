import type { Database } from '@toolplane/persistence';
import type { ChainHead } from '@toolplane/security/chain';
import type { CheckpointFiles } from './checkpoint-files.js';

const HEADS = `select tenant_id as "tenantId", seq, hash from audit.heads where seq > 0 order by tenant_id`;

/** Notes outside the database how far each chain has come, where it has grown since the last time. */
export class Checkpoints {
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly files: CheckpointFiles,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  async run(): Promise<void> {
    const heads = await this.database.asWorker((tx) => tx.query<ChainHead & { tenantId: string }>(HEADS));
    for (const { tenantId, seq, hash } of heads) {
      if (seq <= (await this.lastOf(tenantId))) continue;
      const statement = { type: 'checkpoint' as const, tenantId, seq, hash, at: this.clock().toISOString() };
      await this.files.append(tenantId, [this.files.signer.sign(statement)]);
      this.noted.set(tenantId, seq);
    }
  }

  private async lastOf(tenantId: string): Promise<number> {
    const known = this.noted.get(tenantId);
    if (known !== undefined) return known;
    const seq = (await this.files.read(tenantId)).checkpoints.at(-1)?.seq ?? 0;
    this.noted.set(tenantId, seq);
    return seq;
  }
}
