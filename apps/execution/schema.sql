-- Schema execution, as its migrations leave it. Generated: change a migration, not this file.

create table execution.dead_letters (
  id uuid not null,
  tenant_id text,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  key text,
  headers json not null,
  value text,
  value_is_base64 boolean not null default false,
  code text not null,
  reason text not null,
  attempts integer not null,
  at timestamp(3) with time zone not null,
  status text not null default 'parked'::text,
  constraint dead_letters_pkey PRIMARY KEY (id),
  constraint dead_letters_status_check CHECK ((status = ANY (ARRAY['parked'::text, 'redriven'::text, 'discarded'::text]))),
  constraint dead_letters_topic_partition_record_offset_code_key UNIQUE (topic, partition, record_offset, code)
);

alter table execution.dead_letters enable row level security;
alter table execution.dead_letters force row level security;
CREATE INDEX dead_letters_newest ON execution.dead_letters USING btree (at DESC, id DESC);
create policy api on execution.dead_letters for all to execution_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on execution.dead_letters for all to execution_worker using (true) with check (true);
grant select on execution.dead_letters to execution_api;
grant insert, select, update on execution.dead_letters to execution_worker;

create table execution.executions (
  tenant_id text not null,
  id uuid not null,
  status text not null,
  attempt integer not null default 0,
  calls integer not null default 0,
  request_digest text not null,
  tool_id text,
  tool_name text not null,
  tool_version text,
  agent text,
  session_id text,
  exception_id text,
  correlation_id text,
  context json not null,
  terms json,
  input json not null,
  input_digest text,
  output json,
  error json,
  redactions json not null default '[]'::json,
  provider_ms integer,
  tokens_used integer,
  deadline timestamp with time zone,
  start_by timestamp with time zone,
  lease_until timestamp with time zone,
  last_event uuid,
  created_at timestamp(3) with time zone not null default now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  constraint executions_pkey PRIMARY KEY (tenant_id, id),
  constraint executions_check CHECK (((status <> ALL (ARRAY['succeeded'::text, 'failed'::text])) OR (finished_at IS NOT NULL))),
  constraint executions_check1 CHECK (((status = ANY (ARRAY['succeeded'::text, 'failed'::text])) OR (finished_at IS NULL))),
  constraint executions_check2 CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
  constraint executions_check3 CHECK (((status <> 'running'::text) OR (attempt >= 1))),
  constraint executions_check4 CHECK (((status <> ALL (ARRAY['requested'::text, 'awaiting_approval'::text])) OR (attempt = 0))),
  constraint executions_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'awaiting_approval'::text, 'running'::text, 'succeeded'::text, 'failed'::text])))
) with (fillfactor=60, toast_tuple_target=8160);

alter table execution.executions enable row level security;
alter table execution.executions force row level security;
CREATE INDEX executions_deadline ON execution.executions USING btree (deadline) WHERE (deadline IS NOT NULL);
CREATE INDEX executions_newest ON execution.executions USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX executions_of_exception ON execution.executions USING btree (tenant_id, exception_id, created_at DESC) WHERE (exception_id IS NOT NULL);
CREATE INDEX executions_start_by ON execution.executions USING btree (start_by) WHERE (start_by IS NOT NULL);
create policy api on execution.executions for all to execution_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on execution.executions for all to execution_worker using (true) with check (true);
CREATE TRIGGER executions_final BEFORE UPDATE ON execution.executions FOR EACH ROW WHEN (((old.status = ANY (ARRAY['succeeded'::text, 'failed'::text])) OR (new.attempt < old.attempt) OR ((new.status = 'requested'::text) AND (old.status <> 'requested'::text)))) EXECUTE FUNCTION execution.refuse_transition();
grant select on execution.executions to execution_api;
grant insert, select, update on execution.executions to execution_worker;

create table execution.idempotency_keys (
  tenant_id text not null,
  key text not null,
  fingerprint text not null,
  execution_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, key)
);

alter table execution.idempotency_keys enable row level security;
alter table execution.idempotency_keys force row level security;
CREATE INDEX idempotency_keys_age ON execution.idempotency_keys USING btree (created_at);
create policy api on execution.idempotency_keys for all to execution_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on execution.idempotency_keys for all to execution_worker using (true) with check (true);
grant select on execution.idempotency_keys to execution_api;
grant delete, insert, select, update on execution.idempotency_keys to execution_worker;

create table execution.known_logs (
  cluster_id text not null,
  first_seen_at timestamp(3) with time zone not null default now(),
  constraint known_logs_pkey PRIMARY KEY (cluster_id)
);

grant insert, select on execution.known_logs to execution_worker;

create table execution.migrations (
  id text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (id)
);

grant select on execution.migrations to execution_api;
grant select on execution.migrations to execution_worker;

create table execution.outbox (
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

alter table execution.outbox enable row level security;
alter table execution.outbox force row level security;
CREATE INDEX outbox_due ON execution.outbox USING btree (due_at, seq);
create policy api on execution.outbox for all to execution_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on execution.outbox for all to execution_worker using (true) with check (true);
grant insert on execution.outbox to execution_api;
grant delete, insert, select, update on execution.outbox to execution_worker;

create table execution.positions (
  topic text not null,
  partition integer not null,
  cluster_id text not null,
  next_offset bigint not null,
  constraint positions_pkey PRIMARY KEY (topic, partition)
) with (fillfactor=50);

grant insert, select, update on execution.positions to execution_worker;

create table execution.timeline (
  tenant_id text not null,
  execution_id uuid not null,
  event_id uuid not null,
  at timestamp(3) with time zone not null default now(),
  type text not null,
  facts json not null,
  constraint timeline_pkey PRIMARY KEY (tenant_id, execution_id, event_id),
  constraint timeline_type_check CHECK ((type = ANY (ARRAY['decided'::text, 'progressed'::text])))
);

alter table execution.timeline enable row level security;
alter table execution.timeline force row level security;
create policy api on execution.timeline for all to execution_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on execution.timeline for all to execution_worker using (true) with check (true);
grant select on execution.timeline to execution_api;
grant insert, select on execution.timeline to execution_worker;

CREATE OR REPLACE FUNCTION execution.refuse_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      raise exception 'execution % cannot go from % (attempt %) to % (attempt %)', old.id, old.status, old.attempt, new.status, new.attempt
        using errcode = 'check_violation';
    end $function$;
