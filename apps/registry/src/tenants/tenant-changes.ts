import { Injectable } from '@nestjs/common';
import type { RegistryTenant, TenantBody, TenantChange } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database, storable, type Tx } from '@toolplane/persistence';
import type { Caller } from '@toolplane/service-kit';
import { Announcer, type Said, type Stopped } from '../announce/announcer.js';
import { nextMoment } from '../announce/revision.js';
import { KeyStore } from '../keys/key.store.js';
import { makerOf } from '../author/author.js';
import { DefaultRows } from './default-rows.js';
import { TenantStore, type TenantRow } from './tenant.store.js';

/** A tenant is rows, not tables: it comes, rests and goes in one transaction each, and the other services are told. */
@Injectable()
export class TenantChanges {
  constructor(
    private readonly database: Database,
    private readonly tenants: TenantStore,
    private readonly keys: KeyStore,
    private readonly defaults: DefaultRows,
    private readonly announcer: Announcer,
  ) {}

  provision(caller: Caller, body: TenantBody): Promise<TenantRow> {
    return this.database.asWorker(async (tx) => {
      const moment = await nextMoment(tx);
      const row = await this.tenants.insert(tx, storable(body), moment);
      if (!row) throw new ToolplaneError('NAME_TAKEN', { message: 'there is, or was, a tenant of that id' });
      const by = makerOf(caller);
      const { changed, control } = await this.defaults.insert(tx, row.id, by, moment);
      await this.announcer.announce(tx, moment, { tenantId: row.id, by, changed: [said(row, [{ pointer: '', to: { id: row.id } }]), ...changed], control });
      return row;
    });
  }

  change(caller: Caller, id: string, body: TenantChange): Promise<TenantRow> {
    return this.database.asWorker(async (tx) => {
      const row = await this.locked(tx, id);
      return this.update(tx, caller, row, { ...row, ...storable(body) });
    });
  }

  /** Its keys are void, its work is stopped; what it did stays on record, and its id is never given again. */
  async delete(caller: Caller, id: string): Promise<void> {
    await this.database.asWorker(async (tx) => {
      const row = await this.locked(tx, id);
      await this.keys.revokeAll(tx, id);
      await this.update(tx, caller, row, { ...row, status: 'deleted' });
    });
  }

  private async locked(tx: Tx, id: string): Promise<TenantRow> {
    const row = await this.tenants.lock(tx, id);
    if (!row || row.status === 'deleted') throw new ToolplaneError('NOT_FOUND');
    return row;
  }

  private async update(tx: Tx, caller: Caller, before: TenantRow, after: RegistryTenant): Promise<TenantRow> {
    const diff = (['displayName', 'status'] as const)
      .filter((member) => before[member] !== after[member])
      .map((member) => ({ pointer: `/${member}`, from: before[member], to: after[member] }));
    if (diff.length === 0) return before;
    const moment = await nextMoment(tx);
    const row = await this.tenants.update(tx, after, moment);
    await this.announcer.announce(tx, moment, { tenantId: row.id, by: makerOf(caller), changed: [said(row, diff)], control: stops(before, row) });
    return row;
  }
}

const said = ({ id, displayName, status }: TenantRow, diff: readonly object[]): Said => ({
  kind: 'tenant',
  id,
  object: { id, displayName, status },
  deleted: status === 'deleted',
  change: { object: 'tenant', id, version: null, diff },
});

const stops = (before: TenantRow, { id, status }: TenantRow): readonly Stopped[] => {
  if (before.status === status) return [];
  const target = { type: 'tenant', id } as const;
  if (status === 'deleted') return [{ kind: 'tenant_deleted', target, on: true, reason: null }];
  return [{ kind: 'tenant_suspended', target, on: status === 'suspended', reason: null }];
};
