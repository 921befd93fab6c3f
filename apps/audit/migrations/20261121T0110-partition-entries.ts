import { rowLevelSecurity, type Migration } from '@toolplane/persistence';

const service = 'audit';
const THIS_MONTH = `date_trunc('month', now() at time zone 'UTC')::date`;
const TENANT = `nullif(current_setting(''toolplane.tenant'', true), '''')`;

/**
 * Entries lie in a partition a month, in which a chain's last month never goes back: so a month that is removed is a prefix of every chain.
 * What there was becomes the partition of the month in which this runs. A release that knows no months goes on writing: they have a default.
 */
export const partitionEntries: Migration = {
  id: '20261121T0110-partition-entries',
  up: `
    alter table audit.heads add column month date;
    alter table audit.recorded_events add column month date not null default ${THIS_MONTH};
    -- Nearly free to write, and enough to find what is old.
    create index recorded_events_by_month on audit.recorded_events using brin (month);

    alter table audit.entries rename to entries_before;
    alter table audit.entries_before rename constraint entries_pkey to entries_before_pkey;
    alter table audit.entries_before rename constraint entries_seq_check to entries_before_seq_check;
    alter index audit.entries_newest rename to entries_before_newest;
    alter index audit.entries_of_execution rename to entries_before_of_execution;
    alter index audit.entries_of_tool rename to entries_before_of_tool;
    alter index audit.entries_of_agent rename to entries_before_of_agent;
    alter index audit.entries_of_session rename to entries_before_of_session;
    alter index audit.entries_of_exception rename to entries_before_of_exception;
    alter index audit.entries_of_correlation rename to entries_before_of_correlation;
    alter table audit.entries_before add column month date not null default ${THIS_MONTH};

    -- What is filtered by has a column; details holds the other members. Every column is under the hash but for the tenant and the month.
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
      month date not null default ${THIS_MONTH},
      primary key (tenant_id, seq, month)
    ) partition by range (month);
    create index entries_newest on audit.entries (tenant_id, at, seq);
    create index entries_of_execution on audit.entries (tenant_id, execution_id) where execution_id is not null;
    create index entries_of_tool on audit.entries (tenant_id, tool_name, at, seq) where tool_name is not null;
    create index entries_of_agent on audit.entries (tenant_id, agent, at, seq) where agent is not null;
    create index entries_of_session on audit.entries (tenant_id, session_id, at, seq) where session_id is not null;
    create index entries_of_exception on audit.entries (tenant_id, exception_id, at, seq) where exception_id is not null;
    create index entries_of_correlation on audit.entries (tenant_id, correlation_id, at, seq) where correlation_id is not null;
    create index entries_by_principal on audit.entries (tenant_id, requested_by_id, at, seq) where requested_by_id is not null;
    create index entries_for_actor on audit.entries (tenant_id, actor_id, at, seq) where actor_id is not null;
    -- Of these an ordinary execution has no row.
    create index entries_of_code on audit.entries (tenant_id, code, at, seq) where code is not null;
    create index entries_unsuccessful on audit.entries (tenant_id, status, at, seq) where status <> 'success';
    create index entries_exceptional on audit.entries (tenant_id, kind, at, seq) where kind <> 'decision' and kind <> 'outcome';
    ${rowLevelSecurity({ service, table: 'entries', api: ['select'], worker: ['select', 'insert'] })}
    create policy retention on audit.entries for select to audit_owner using (true);

    -- What became of a month that is no longer there: enough to go on with each chain behind it, signed by a key that is not in here.
    create table audit.tombstones (
      tenant_id text collate "C" not null,
      month date not null,
      first_seq bigint not null,
      last_seq bigint not null,
      prev_hash text collate "C" not null,
      last_hash text collate "C" not null,
      removed_at timestamptz(3) not null,
      key_id text collate "C" not null,
      signature text collate "C" not null,
      primary key (tenant_id, month)
    );
    ${rowLevelSecurity({ service, table: 'tombstones', api: ['select'], worker: ['select', 'insert'] })}
    create policy retention on audit.tombstones for select to audit_owner using (true);
    create policy retention on audit.recorded_events to audit_owner using (true);

    -- The worker may not make tables; it may have a month made.
    create function audit.ensure_month(wanted date) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      name text := 'entries_' || to_char(wanted, 'YYYY_MM');
      role text;
    begin
      if wanted <> date_trunc('month', wanted) then raise exception '% is not the first of a month', wanted; end if;
      if to_regclass('audit.' || name) is not null then return; end if;
      perform pg_advisory_xact_lock(7470666, hashtext('audit.entries'));
      -- From the table: what a name meant before the lock is remembered.
      if exists (select from pg_class where relnamespace = 'audit'::regnamespace and relname = name) then return; end if;
      -- Attached, not made as a partition: that would wait for every reader and writer of the others. An ordinary entry is not worth compressing.
      execute format('create table audit.%I (like audit.entries including defaults including constraints) with (toast_tuple_target = 8160)', name);
      execute format('alter table audit.%I enable row level security', name);
      execute format('alter table audit.%I force row level security', name);
      execute format('create policy api on audit.%I to audit_api using (tenant_id = (select ${TENANT}))', name);
      foreach role in array array['audit_worker', 'audit_owner'] loop
        execute format('create policy %I on audit.%I for select to %I using (true)', role, name, role);
      end loop;
      execute format('alter table audit.entries attach partition audit.%I for values from (%L) to (%L)', name, wanted, wanted + interval '1 month');
    end $$;

    -- The one way by which entries go: a whole month, the oldest, and only when every chain in it has its tombstone.
    create function audit.remove_month(wanted date) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      name text := 'entries_' || to_char(wanted, 'YYYY_MM');
      chain text;
    begin
      if wanted >= date_trunc('month', now() at time zone 'UTC') then raise exception '% has not ended', name; end if;
      perform pg_advisory_xact_lock(7470666, hashtext('audit.entries'));
      if exists (select from audit.entries where month < wanted) then raise exception 'there is an older month than %', name; end if;
      execute format(
        'select e.tenant_id from (select tenant_id, min(seq) as first, max(seq) as last from audit.%I group by tenant_id) e
          where not exists (select from audit.tombstones t where (t.tenant_id, t.month, t.first_seq, t.last_seq) = (e.tenant_id, $1, e.first, e.last))
          limit 1', name) into chain using wanted;
      if chain is not null then raise exception 'the chain of % has no tombstone for %', chain, name; end if;
      -- The lock that this needs must not make everybody queue behind a long reader: it is tried again at the next round.
      perform set_config('lock_timeout', '2s', true);
      execute format('drop table audit.%I', name);
    end $$;

    -- Ids of events that no topic holds any more. Compacted topics keep theirs for ever, and so do we.
    create function audit.forget_events(before date, at_most int) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      forgotten int;
    begin
      if before > date_trunc('month', now() at time zone 'UTC' - interval '35 days') then raise exception 'topics may still hold events of %', before; end if;
      with old as (
        -- "offset 0": one look-up an id. Planned as a join it would read whole months to find nothing.
        select r.ctid from audit.recorded_events r cross join lateral
               (select e.kind from audit.entries e where (e.tenant_id, e.seq, e.month) = (r.tenant_id, r.seq, r.month) offset 0) of_event
         where r.month < before and of_event.kind not in ('change', 'kill_switch', 'breaker') limit at_most)
      delete from audit.recorded_events r using old where r.ctid = old.ctid;
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$;
    revoke all on function audit.ensure_month(date), audit.remove_month(date), audit.forget_events(date, int) from public;
    grant execute on function audit.ensure_month(date), audit.remove_month(date), audit.forget_events(date, int) to audit_worker;

    do $$
    declare
      this date := ${THIS_MONTH};
      name text := 'entries_' || to_char(this, 'YYYY_MM');
    begin
      perform audit.ensure_month((this + interval '1 month')::date);
      -- Row-level security hides the rows from their owner, but not that there are some.
      if pg_relation_size('audit.entries_before') = 0 then
        drop table audit.entries_before;
        perform audit.ensure_month(this);
        return;
      end if;
      alter table audit.entries_before drop constraint entries_before_pkey, add constraint entries_before_pkey primary key (tenant_id, seq, month);
      alter table audit.entries_before rename constraint entries_before_seq_check to entries_seq_check;
      create policy audit_owner on audit.entries_before for select to audit_owner using (true);
      revoke all on audit.entries_before from audit_api, audit_worker;
      execute format('alter table audit.entries attach partition audit.entries_before for values from (%L) to (%L)', this, this + interval '1 month');
      execute format('alter table audit.entries_before rename to %I', name);
    end $$;
  `,
};
