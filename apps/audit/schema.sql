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
  constraint entries_pkey PRIMARY KEY (tenant_id, seq),
  constraint entries_seq_check CHECK ((seq > 0))
) with (toast_tuple_target=8160);

alter table audit.entries enable row level security;
alter table audit.entries force row level security;
CREATE INDEX entries_newest ON audit.entries USING btree (tenant_id, at, seq);
CREATE INDEX entries_of_agent ON audit.entries USING btree (tenant_id, agent, at, seq) WHERE (agent IS NOT NULL);
CREATE INDEX entries_of_correlation ON audit.entries USING btree (tenant_id, correlation_id, at, seq) WHERE (correlation_id IS NOT NULL);
CREATE INDEX entries_of_exception ON audit.entries USING btree (tenant_id, exception_id, at, seq) WHERE (exception_id IS NOT NULL);
CREATE INDEX entries_of_execution ON audit.entries USING btree (tenant_id, execution_id) WHERE (execution_id IS NOT NULL);
CREATE INDEX entries_of_session ON audit.entries USING btree (tenant_id, session_id, at, seq) WHERE (session_id IS NOT NULL);
CREATE INDEX entries_of_tool ON audit.entries USING btree (tenant_id, tool_name, at, seq) WHERE (tool_name IS NOT NULL);
create policy api on audit.entries for all to audit_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on audit.entries for all to audit_worker using (true) with check (true);
grant select on audit.entries to audit_api;
grant insert, select on audit.entries to audit_worker;

create table audit.heads (
  tenant_id text collate "C" not null,
  seq bigint not null,
  hash text collate "C" not null,
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
  constraint recorded_events_pkey PRIMARY KEY (tenant_id, event_id)
);

alter table audit.recorded_events enable row level security;
alter table audit.recorded_events force row level security;
create policy api on audit.recorded_events for all to audit_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on audit.recorded_events for all to audit_worker using (true) with check (true);
grant insert, select on audit.recorded_events to audit_worker;
