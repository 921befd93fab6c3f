-- Schema playbook, as its migrations leave it. Generated: change a migration, not this file.

create table playbook.exceptions (
  tenant_id text collate "C" not null,
  id uuid not null,
  title text not null,
  description text not null,
  severity text not null,
  source text,
  attributes json not null,
  status text not null,
  revision bigint not null default 1,
  created_at timestamp(3) with time zone not null default now(),
  created_by json not null,
  updated_at timestamp(3) with time zone not null default now(),
  closed_at timestamp(3) with time zone,
  constraint exceptions_pkey PRIMARY KEY (tenant_id, id),
  constraint exceptions_check CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint exceptions_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  constraint exceptions_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);

alter table playbook.exceptions enable row level security;
alter table playbook.exceptions force row level security;
CREATE INDEX exceptions_newest ON playbook.exceptions USING btree (tenant_id, created_at DESC, id DESC);
create policy api on playbook.exceptions for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.exceptions for all to playbook_worker using (true) with check (true);
grant insert, select, update on playbook.exceptions to playbook_api;
grant select on playbook.exceptions to playbook_worker;

create table playbook.idempotency_keys (
  tenant_id text collate "C" not null,
  key text collate "C" not null,
  fingerprint text not null,
  run_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, key)
);

alter table playbook.idempotency_keys enable row level security;
alter table playbook.idempotency_keys force row level security;
CREATE INDEX idempotency_keys_age ON playbook.idempotency_keys USING btree (tenant_id, created_at);
create policy api on playbook.idempotency_keys for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.idempotency_keys for all to playbook_worker using (true) with check (true);
grant delete, insert, select, update on playbook.idempotency_keys to playbook_api;
grant delete, select on playbook.idempotency_keys to playbook_worker;

create table playbook.known_logs (
  cluster_id text not null,
  first_seen_at timestamp(3) with time zone not null default now(),
  constraint known_logs_pkey PRIMARY KEY (cluster_id)
);

grant insert, select on playbook.known_logs to playbook_worker;

create table playbook.migrations (
  id text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (id)
);

grant select on playbook.migrations to playbook_api;
grant select on playbook.migrations to playbook_worker;

create table playbook.outbox (
  event_id uuid not null,
  topic text not null,
  tenant_id text not null,
  seq bigint not null generated always as identity,
  event json not null,
  due_at timestamp with time zone not null default now(),
  tries integer not null default 0,
  last_error text,
  constraint outbox_pkey PRIMARY KEY (event_id, topic)
);

alter table playbook.outbox enable row level security;
alter table playbook.outbox force row level security;
CREATE INDEX outbox_due ON playbook.outbox USING btree (due_at, seq);
create policy api on playbook.outbox for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.outbox for all to playbook_worker using (true) with check (true);
grant insert on playbook.outbox to playbook_api;
grant delete, insert, select, update on playbook.outbox to playbook_worker;

create table playbook.playbooks (
  tenant_id text collate "C" not null,
  id uuid not null,
  name text collate "C" not null,
  folded_name text collate "C" not null,
  description text not null,
  steps json not null,
  revision bigint not null default 1,
  created_at timestamp(3) with time zone not null default now(),
  created_by json not null,
  updated_at timestamp(3) with time zone not null default now(),
  deleted_at timestamp(3) with time zone,
  constraint playbooks_pkey PRIMARY KEY (tenant_id, id)
);

alter table playbook.playbooks enable row level security;
alter table playbook.playbooks force row level security;
CREATE INDEX playbooks_listed ON playbook.playbooks USING btree (tenant_id, name, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX playbooks_name ON playbook.playbooks USING btree (tenant_id, folded_name) WHERE (deleted_at IS NULL);
create policy api on playbook.playbooks for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.playbooks for all to playbook_worker using (true) with check (true);
grant insert, select, update on playbook.playbooks to playbook_api;
grant select on playbook.playbooks to playbook_worker;

create table playbook.positions (
  topic text not null,
  partition integer not null,
  cluster_id text not null,
  next_offset bigint not null,
  constraint positions_pkey PRIMARY KEY (topic, partition)
) with (fillfactor=50);

grant insert, select, update on playbook.positions to playbook_worker;

create table playbook.runs (
  tenant_id text collate "C" not null,
  id uuid not null,
  exception_id uuid not null,
  playbook_id uuid not null,
  playbook_name text not null,
  steps json not null,
  status text not null default 'running'::text,
  detail text,
  started_by json not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  finished_at timestamp(3) with time zone,
  constraint runs_pkey PRIMARY KEY (tenant_id, id),
  constraint runs_check CHECK (((status = 'running'::text) = (finished_at IS NULL))),
  constraint runs_status_check CHECK ((status = ANY (ARRAY['running'::text, 'completed'::text, 'cancelled'::text]))),
  constraint runs_tenant_id_exception_id_fkey FOREIGN KEY (tenant_id, exception_id) REFERENCES playbook.exceptions(tenant_id, id),
  constraint runs_tenant_id_playbook_id_fkey FOREIGN KEY (tenant_id, playbook_id) REFERENCES playbook.playbooks(tenant_id, id)
);

alter table playbook.runs enable row level security;
alter table playbook.runs force row level security;
CREATE INDEX runs_newest ON playbook.runs USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX runs_of_exception ON playbook.runs USING btree (tenant_id, exception_id, created_at DESC, id DESC);
CREATE INDEX runs_of_playbook ON playbook.runs USING btree (tenant_id, playbook_id);
create policy api on playbook.runs for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.runs for all to playbook_worker using (true) with check (true);
CREATE TRIGGER runs_final BEFORE UPDATE OF status ON playbook.runs FOR EACH ROW WHEN (((old.status <> 'running'::text) AND (new.status <> old.status))) EXECUTE FUNCTION playbook.refuse_transition();
grant insert, select, update on playbook.runs to playbook_api;
grant select, update on playbook.runs to playbook_worker;

create table playbook.steps (
  tenant_id text collate "C" not null,
  run_id uuid not null,
  step_id text collate "C" not null,
  iteration integer not null,
  status text not null,
  execution_id uuid,
  output json,
  output_ref json,
  error json,
  comment text,
  choice text,
  done_by json,
  started_at timestamp(3) with time zone,
  finished_at timestamp(3) with time zone,
  request json,
  constraint steps_pkey PRIMARY KEY (tenant_id, run_id, step_id, iteration),
  constraint steps_check CHECK (((status <> ALL (ARRAY['running'::text, 'failed'::text])) OR (execution_id IS NOT NULL))),
  constraint steps_check1 CHECK (((status <> 'pending'::text) OR (execution_id IS NULL))),
  constraint steps_check2 CHECK (((status = ANY (ARRAY['pending'::text, 'running'::text])) = (finished_at IS NULL))),
  constraint steps_check3 CHECK (((status <> 'failed'::text) OR (error IS NOT NULL))),
  constraint steps_check4 CHECK (((request IS NULL) OR (status = 'running'::text))),
  constraint steps_iteration_check CHECK ((iteration >= 1)),
  constraint steps_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'skipped'::text]))),
  constraint steps_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES playbook.runs(tenant_id, id)
);

alter table playbook.steps enable row level security;
alter table playbook.steps force row level security;
CREATE UNIQUE INDEX steps_execution ON playbook.steps USING btree (tenant_id, execution_id) WHERE (execution_id IS NOT NULL);
CREATE UNIQUE INDEX steps_running ON playbook.steps USING btree (tenant_id, run_id) WHERE (status = 'running'::text);
create policy api on playbook.steps for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.steps for all to playbook_worker using (true) with check (true);
CREATE TRIGGER steps_forward BEFORE UPDATE OF status, execution_id ON playbook.steps FOR EACH ROW WHEN (((old.status = ANY (ARRAY['completed'::text, 'skipped'::text])) OR ((old.status = 'running'::text) AND (new.status <> ALL (ARRAY['completed'::text, 'failed'::text]))) OR ((old.status = 'failed'::text) AND (new.status <> 'skipped'::text)) OR ((old.execution_id IS NOT NULL) AND (new.execution_id IS DISTINCT FROM old.execution_id)))) EXECUTE FUNCTION playbook.refuse_transition();
grant insert, select, update on playbook.steps to playbook_api;
grant select, update on playbook.steps to playbook_worker;

create table playbook.timeline (
  tenant_id text collate "C" not null,
  id uuid not null,
  exception_id uuid not null,
  at timestamp(3) with time zone not null default now(),
  kind text not null,
  by_whom json,
  run_id uuid,
  playbook_name text,
  step_id text,
  execution_id uuid,
  comment text,
  details json,
  constraint timeline_pkey PRIMARY KEY (tenant_id, id),
  constraint timeline_tenant_id_exception_id_fkey FOREIGN KEY (tenant_id, exception_id) REFERENCES playbook.exceptions(tenant_id, id),
  constraint timeline_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES playbook.runs(tenant_id, id)
);

alter table playbook.timeline enable row level security;
alter table playbook.timeline force row level security;
CREATE INDEX timeline_newest ON playbook.timeline USING btree (tenant_id, exception_id, at DESC, id DESC);
CREATE INDEX timeline_of_run ON playbook.timeline USING btree (tenant_id, run_id);
create policy api on playbook.timeline for all to playbook_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on playbook.timeline for all to playbook_worker using (true) with check (true);
grant insert, select on playbook.timeline to playbook_api;
grant insert, select on playbook.timeline to playbook_worker;

CREATE OR REPLACE FUNCTION playbook.refuse_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      raise exception '% % cannot go from % to %', tg_table_name, old.tenant_id, old.status, new.status using errcode = 'check_violation';
    end $function$;
