import { outboxTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

const service = 'registry';

/** Tenants, principals and their keys; tools with immutable versions; what every object was last announced as. */
export const createRegistry: Migration = {
  id: '20261120T2200-create-registry',
  up: `
    -- Taken under the lock of the row it is for: of two changes to one object the later has the greater revision.
    create sequence registry.revision as bigint;
    grant usage on sequence registry.revision to registry_api, registry_worker;

    create table registry.tenants (
      id text collate "C" primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      display_name text not null,
      status text not null default 'active' check (status in ('active', 'suspended', 'deleted')),
      revision bigint not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now()
    );
    ${rowLevelSecurity({ service, table: 'tenants', tenantColumn: 'id', api: ['select'], worker: ['select', 'insert', 'update'] })}

    create table registry.principals (
      tenant_id text not null references registry.tenants (id),
      id uuid not null,
      type text not null check (type in ('user', 'service', 'agent')),
      name text not null,
      agent text check ((type = 'agent') = (agent is not null)),
      created_at timestamptz(3) not null default now(),
      primary key (tenant_id, id)
    );
    ${rowLevelSecurity({ service, table: 'principals', api: ['select', 'insert'], worker: ['select'] })}

    create table registry.api_keys (
      tenant_id text not null,
      id uuid not null,
      principal_id uuid not null,
      name text not null,
      roles text[] not null,
      may_act_for boolean not null,
      prefix text not null unique,
      hash text not null,
      expires_at timestamptz(3),
      revoked_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      created_by json not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, principal_id) references registry.principals (tenant_id, id)
    );
    create index api_keys_of_principal on registry.api_keys (tenant_id, principal_id);
    ${rowLevelSecurity({ service, table: 'api_keys', api: ['select', 'insert', 'update'], worker: ['select', 'update'] })}

    -- A global tool has no tenant; owner stands in for it where a key must not hold null.
    create table registry.tools (
      tenant_id text collate "C" references registry.tenants (id),
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
      id uuid not null,
      name text collate "C" not null,
      folded_name text collate "C" not null,
      type text not null,
      category text not null,
      enabled boolean not null,
      tags text[] not null,
      current_version text not null,
      origin text not null default 'api' check (origin in ('api', 'config')),
      revision bigint not null,
      created_at timestamptz(3) not null default now(),
      created_by json,
      updated_at timestamptz(3) not null default now(),
      deleted_at timestamptz(3),
      primary key (owner, id)
    );
    create unique index tools_name on registry.tools (owner, folded_name) where deleted_at is null;
    create index tools_listed on registry.tools (owner, name, id) where deleted_at is null;
    create index tools_category on registry.tools (owner, category) where deleted_at is null;
    create index tools_enabled on registry.tools (owner, enabled) where deleted_at is null;
    create index tools_tags on registry.tools using gin (tags);
    ${rowLevelSecurity({ service, table: 'tools', api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'], globalRows: true })}

    -- Nobody is granted update or delete: a version that exists is never changed.
    create table registry.tool_versions (
      tenant_id text collate "C",
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
      tool_id uuid not null,
      version text collate "C" not null,
      definition json not null,
      change text check (change in ('breaking', 'compatible', 'metadata')),
      diff json not null,
      revision bigint not null,
      created_at timestamptz(3) not null default now(),
      created_by json,
      primary key (owner, tool_id, version),
      foreign key (owner, tool_id) references registry.tools (owner, id)
    );
    create index tool_versions_newest on registry.tool_versions (owner, tool_id, revision);
    alter table registry.tools add foreign key (owner, id, current_version)
      references registry.tool_versions (owner, tool_id, version) deferrable initially deferred;
    ${rowLevelSecurity({ service, table: 'tool_versions', api: ['select', 'insert'], worker: ['select', 'insert'], globalRows: true })}

    -- A tenant's own word on a global tool. A tenant's own tool is switched by its own flag.
    create table registry.enablements (
      tenant_id text collate "C" not null references registry.tenants (id),
      tool_id uuid not null,
      tool_owner text collate "C" not null default '*' check (tool_owner = '*'),
      enabled boolean not null,
      revision bigint not null,
      updated_at timestamptz(3) not null default now(),
      primary key (tenant_id, tool_id),
      foreign key (tool_owner, tool_id) references registry.tools (owner, id)
    );
    ${rowLevelSecurity({ service, table: 'enablements', api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'] })}

    -- The last record of every object on the two compacted topics, so that a new log can be told everything again.
    create table registry.announcements (
      tenant_id text collate "C" not null,
      type text collate "C" not null,
      object_key text collate "C" not null,
      revision bigint not null,
      event json not null,
      primary key (tenant_id, type, object_key)
    );
    ${rowLevelSecurity({ service, table: 'announcements', api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'] })}

    create table registry.known_logs (
      cluster_id text primary key,
      first_seen_at timestamptz(3) not null default now()
    );
    grant select, insert on registry.known_logs to registry_worker;
    ${outboxTable(service)}
  `,
};
