-- Schema audit, as its migrations leave it. Generated: change a migration, not this file.

create table audit.entries (
  tenant_id text collate "C" not null,
  seq bigint not null,
  at timestamp(3) with time zone not null,
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
  month date not null default (date_trunc('month'::text, (now() AT TIME ZONE 'UTC'::text)))::date,
  constraint entries_pkey PRIMARY KEY (tenant_id, seq, month),
  constraint entries_seq_check CHECK ((seq > 0))
) partition by range (month);

alter table audit.entries enable row level security;
alter table audit.entries force row level security;
CREATE INDEX entries_by_principal ON ONLY audit.entries USING btree (tenant_id, requested_by_id, at, seq) WHERE (requested_by_id IS NOT NULL);
CREATE INDEX entries_exceptional ON ONLY audit.entries USING btree (tenant_id, kind, at, seq) WHERE ((kind <> 'decision'::text) AND (kind <> 'outcome'::text));
CREATE INDEX entries_for_actor ON ONLY audit.entries USING btree (tenant_id, actor_id, at, seq) WHERE (actor_id IS NOT NULL);
CREATE INDEX entries_newest ON ONLY audit.entries USING btree (tenant_id, at, seq);
CREATE INDEX entries_of_agent ON ONLY audit.entries USING btree (tenant_id, agent, at, seq) WHERE (agent IS NOT NULL);
CREATE INDEX entries_of_code ON ONLY audit.entries USING btree (tenant_id, code, at, seq) WHERE (code IS NOT NULL);
CREATE INDEX entries_of_correlation ON ONLY audit.entries USING btree (tenant_id, correlation_id, at, seq) WHERE (correlation_id IS NOT NULL);
CREATE INDEX entries_of_exception ON ONLY audit.entries USING btree (tenant_id, exception_id, at, seq) WHERE (exception_id IS NOT NULL);
CREATE INDEX entries_of_execution ON ONLY audit.entries USING btree (tenant_id, execution_id) WHERE (execution_id IS NOT NULL);
CREATE INDEX entries_of_session ON ONLY audit.entries USING btree (tenant_id, session_id, at, seq) WHERE (session_id IS NOT NULL);
CREATE INDEX entries_of_tool ON ONLY audit.entries USING btree (tenant_id, tool_name, at, seq) WHERE (tool_name IS NOT NULL);
CREATE INDEX entries_unsuccessful ON ONLY audit.entries USING btree (tenant_id, status, at, seq) WHERE (status <> 'success'::text);
create policy api on audit.entries for all to audit_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy retention on audit.entries for select to audit_owner using (true);
create policy worker on audit.entries for all to audit_worker using (true) with check (true);
grant select on audit.entries to audit_api;
grant insert, select on audit.entries to audit_worker;

create table audit.heads (
  tenant_id text collate "C" not null,
  seq bigint not null,
  hash text collate "C" not null,
  month date,
  constraint heads_pkey PRIMARY KEY (tenant_id)
) with (fillfactor=50);

alter table audit.heads enable row level security;
alter table audit.heads force row level security;
create policy api on audit.heads for all to audit_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on audit.heads for all to audit_worker using (true) with check (true);
grant select on audit.heads to audit_api;
grant insert, select, update on audit.heads to audit_worker;

create table audit.migrations (
  id text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (id)
);

grant select on audit.migrations to audit_api;
grant select on audit.migrations to audit_worker;

create table audit.positions (
  topic text not null,
  partition integer not null,
  cluster_id text not null,
  next_offset bigint not null,
  constraint positions_pkey PRIMARY KEY (topic, partition)
) with (fillfactor=50);

grant insert, select, update on audit.positions to audit_worker;

create table audit.recorded_events (
  tenant_id text collate "C" not null,
  event_id uuid not null,
  seq bigint not null,
  month date not null default (date_trunc('month'::text, (now() AT TIME ZONE 'UTC'::text)))::date,
  constraint recorded_events_pkey PRIMARY KEY (tenant_id, event_id)
);

alter table audit.recorded_events enable row level security;
alter table audit.recorded_events force row level security;
CREATE INDEX recorded_events_by_month ON audit.recorded_events USING brin (month);
create policy api on audit.recorded_events for all to audit_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy retention on audit.recorded_events for all to audit_owner using (true);
create policy worker on audit.recorded_events for all to audit_worker using (true) with check (true);
grant insert, select on audit.recorded_events to audit_worker;

create table audit.tombstones (
  tenant_id text collate "C" not null,
  month date not null,
  first_seq bigint not null,
  last_seq bigint not null,
  prev_hash text collate "C" not null,
  last_hash text collate "C" not null,
  removed_at timestamp(3) with time zone not null,
  key_id text collate "C" not null,
  signature text collate "C" not null,
  constraint tombstones_pkey PRIMARY KEY (tenant_id, month)
);

alter table audit.tombstones enable row level security;
alter table audit.tombstones force row level security;
create policy api on audit.tombstones for all to audit_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy retention on audit.tombstones for select to audit_owner using (true);
create policy worker on audit.tombstones for all to audit_worker using (true) with check (true);
grant select on audit.tombstones to audit_api;
grant insert, select on audit.tombstones to audit_worker;

CREATE OR REPLACE FUNCTION audit.ensure_month(wanted date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
      execute format('create policy api on audit.%I to audit_api using (tenant_id = (select nullif(current_setting(''toolplane.tenant'', true), '''')))', name);
      foreach role in array array['audit_worker', 'audit_owner'] loop
        execute format('create policy %I on audit.%I for select to %I using (true)', role, name, role);
      end loop;
      execute format('alter table audit.entries attach partition audit.%I for values from (%L) to (%L)', name, wanted, wanted + interval '1 month');
    end $function$;

CREATE OR REPLACE FUNCTION audit.forget_events(before date, at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
    end $function$;

CREATE OR REPLACE FUNCTION audit.remove_month(wanted date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
    end $function$;
