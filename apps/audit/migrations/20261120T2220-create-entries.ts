import { positionsTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

const service = 'audit';

/** A chain of entries for each tenant, its head, and which events it holds. */
export const createEntries: Migration = {
  id: '20261120T2220-create-entries',
  up: `
    -- What is filtered by has a column; details holds the other members of the entry. Every column but the tenant is under the hash.
    create table audit.entries (
      tenant_id text collate "C" not null,
      seq bigint not null check (seq > 0),
      at timestamptz(3) not null,
      kind text collate "C" not null,
      status text collate "C",
      code text collate "C",
      execution_id uuid,
      correlation_id text collate "C",
      tool_id text collate "C",
      tool_name text collate "C",
      agent text collate "C",
      session_id text collate "C",
      exception_id text collate "C",
      requested_by_type text collate "C",
      requested_by_id text collate "C",
      actor_type text collate "C",
      actor_id text collate "C",
      details json not null,
      prev_hash text collate "C" not null,
      hash text collate "C" not null,
      primary key (tenant_id, seq)
    ) with (toast_tuple_target = 8160); -- an ordinary entry is not worth compressing

    create index entries_newest on audit.entries (tenant_id, at, seq);
    create index entries_of_execution on audit.entries (tenant_id, execution_id) where execution_id is not null;
    create index entries_of_tool on audit.entries (tenant_id, tool_name, at, seq) where tool_name is not null;
    create index entries_of_agent on audit.entries (tenant_id, agent, at, seq) where agent is not null;
    create index entries_of_session on audit.entries (tenant_id, session_id, at, seq) where session_id is not null;
    create index entries_of_exception on audit.entries (tenant_id, exception_id, at, seq) where exception_id is not null;
    create index entries_of_correlation on audit.entries (tenant_id, correlation_id, at, seq) where correlation_id is not null;
    ${rowLevelSecurity({ service, table: 'entries', api: ['select'], worker: ['select', 'insert'] })}

    create table audit.heads (
      tenant_id text collate "C" primary key,
      seq bigint not null,
      hash text collate "C" not null
    ) with (fillfactor = 50);
    ${rowLevelSecurity({ service, table: 'heads', api: ['select'], worker: ['select', 'insert', 'update'] })}

    -- Where the entry of an event stands: a repeat is told by it, and is not part of what is hashed.
    create table audit.recorded_events (
      tenant_id text collate "C" not null,
      event_id uuid not null,
      seq bigint not null,
      primary key (tenant_id, event_id)
    );
    ${rowLevelSecurity({ service, table: 'recorded_events', api: [], worker: ['select', 'insert'] })}
    ${positionsTable(service)}
  `,
};
