import { positionsTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

const service = 'registry';

/** What operators stop and free: kill switches and forced breakers; and the breakers themselves, as the workers tell of them. */
export const createControls: Migration = {
  id: '20261121T0120-create-controls',
  up: `
    -- Without a tenant it is everybody's. The target is named as events name it: tool id, agent name, tenant id.
    create table registry.kill_switches (
      tenant_id text collate "C" references registry.tenants (id),
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
      target_type text collate "C" not null check (target_type in ('tool', 'agent', 'tenant')),
      target_id text collate "C" not null,
      target_name text not null,
      is_on boolean not null,
      reason text,
      revision bigint not null,
      changed_at timestamptz(3) not null,
      changed_by json not null,
      primary key (owner, target_type, target_id)
    );
    ${rowLevelSecurity({ service, table: 'kill_switches', api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'], globalRows: true })}

    create table registry.breakers (
      tenant_id text collate "C" not null,
      id text collate "C" not null,
      worker text collate "C" not null,
      provider text not null,
      tool_id text not null,
      origin text not null,
      state text not null check (state in ('closed', 'open', 'half_open')),
      since timestamptz(3) not null,
      retry_after_ms bigint,
      told_at timestamptz(3) not null,
      primary key (tenant_id, id, worker)
    );
    create index breakers_of_worker on registry.breakers (worker);
    ${rowLevelSecurity({ service, table: 'breakers', api: ['select'], worker: ['select', 'insert', 'update', 'delete'] })}

    create table registry.forced_breakers (
      tenant_id text collate "C" not null references registry.tenants (id),
      id text collate "C" not null,
      state text not null check (state in ('open', 'closed', 'probe')),
      reason text,
      revision bigint not null,
      changed_at timestamptz(3) not null,
      changed_by json not null,
      primary key (tenant_id, id)
    );
    ${rowLevelSecurity({ service, table: 'forced_breakers', api: ['select', 'insert', 'update'], worker: ['select'] })}
    ${positionsTable(service)}
  `,
};
