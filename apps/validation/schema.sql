-- Schema validation, as its migrations leave it. Generated: change a migration, not this file.

create table validation.approval_decisions (
  tenant_id text not null,
  approval_id uuid not null,
  by_id text not null,
  requester text not null,
  on_behalf_of text not null,
  decision text not null,
  comment text,
  at timestamp(3) with time zone not null default now(),
  constraint approval_decisions_pkey PRIMARY KEY (tenant_id, approval_id, by_id),
  constraint approval_decisions_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'denied'::text]))),
  constraint approval_decisions_not_by_requester CHECK (((by_id <> ''::text) AND (by_id <> requester) AND (by_id <> on_behalf_of))),
  constraint approval_decisions_tenant_id_approval_id_requester_on_beha_fkey FOREIGN KEY (tenant_id, approval_id, requester, on_behalf_of) REFERENCES validation.approvals(tenant_id, id, requester, on_behalf_of)
);

alter table validation.approval_decisions enable row level security;
alter table validation.approval_decisions force row level security;
create policy api on validation.approval_decisions for all to validation_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on validation.approval_decisions for all to validation_worker using (true) with check (true);
grant insert, select on validation.approval_decisions to validation_api;
grant delete, select on validation.approval_decisions to validation_worker;

create table validation.approval_turns (
  tenant_id text not null,
  approval_id uuid not null,
  turn text not null,
  event json not null,
  at timestamp with time zone not null default now(),
  constraint approval_turns_pkey PRIMARY KEY (tenant_id, approval_id, turn),
  constraint approval_turns_tenant_id_approval_id_fkey FOREIGN KEY (tenant_id, approval_id) REFERENCES validation.approvals(tenant_id, id),
  constraint approval_turns_turn_check CHECK ((turn = ANY (ARRAY['approved'::text, 'denied'::text, 'expired'::text, 'void'::text])))
) with (toast_tuple_target=8160);

alter table validation.approval_turns enable row level security;
alter table validation.approval_turns force row level security;
create policy api on validation.approval_turns for all to validation_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on validation.approval_turns for all to validation_worker using (true) with check (true);
grant insert on validation.approval_turns to validation_api;
grant delete, insert, select on validation.approval_turns to validation_worker;

create table validation.approvals (
  tenant_id text not null,
  id uuid not null,
  execution_id uuid not null,
  status text not null default 'pending'::text,
  tool_id uuid not null,
  tool_name text not null,
  tool_version text not null,
  tool_fingerprint text not null,
  agent text,
  requester text not null,
  on_behalf_of text not null,
  payload_digest text not null,
  required integer not null,
  expires_at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  approved_at timestamp(3) with time zone,
  closed_at timestamp(3) with time zone,
  constraint approvals_pkey PRIMARY KEY (tenant_id, id),
  constraint approvals_check CHECK (((status = 'pending'::text) = ((approved_at IS NULL) AND (closed_at IS NULL)))),
  constraint approvals_check1 CHECK (((status <> ALL (ARRAY['approved'::text, 'used'::text])) OR (approved_at IS NOT NULL))),
  constraint approvals_required_check CHECK ((required >= 1)),
  constraint approvals_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text, 'expired'::text, 'void'::text, 'used'::text]))),
  constraint approvals_tenant_id_execution_id_fkey FOREIGN KEY (tenant_id, execution_id) REFERENCES validation.decisions(tenant_id, execution_id),
  constraint approvals_tenant_id_execution_id_key UNIQUE (tenant_id, execution_id),
  constraint approvals_tenant_id_id_requester_on_behalf_of_key UNIQUE (tenant_id, id, requester, on_behalf_of)
);

alter table validation.approvals enable row level security;
alter table validation.approvals force row level security;
CREATE INDEX approvals_expiring ON validation.approvals USING btree (expires_at) WHERE (status = 'pending'::text);
CREATE INDEX approvals_last_approved ON validation.approvals USING btree (tenant_id, tool_id, approved_at DESC) WHERE (approved_at IS NOT NULL);
CREATE INDEX approvals_newest ON validation.approvals USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX approvals_open ON validation.approvals USING btree (tool_id) WHERE (status = ANY (ARRAY['pending'::text, 'approved'::text]));
create policy api on validation.approvals for all to validation_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on validation.approvals for all to validation_worker using (true) with check (true);
CREATE TRIGGER approvals_bound BEFORE UPDATE ON validation.approvals FOR EACH ROW WHEN (((((((((((old.tenant_id IS DISTINCT FROM new.tenant_id) OR (old.id IS DISTINCT FROM new.id)) OR (old.execution_id IS DISTINCT FROM new.execution_id)) OR (old.tool_id IS DISTINCT FROM new.tool_id)) OR (old.tool_version IS DISTINCT FROM new.tool_version)) OR (old.tool_fingerprint IS DISTINCT FROM new.tool_fingerprint)) OR (old.requester IS DISTINCT FROM new.requester)) OR (old.on_behalf_of IS DISTINCT FROM new.on_behalf_of)) OR (old.payload_digest IS DISTINCT FROM new.payload_digest)) OR (old.required IS DISTINCT FROM new.required))) EXECUTE FUNCTION validation.refuse_rebinding();
CREATE TRIGGER approvals_turn BEFORE UPDATE OF status ON validation.approvals FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION validation.refuse_turn();
grant select, update on validation.approvals to validation_api;
grant delete, insert, select, update on validation.approvals to validation_worker;

create table validation.counters (
  tenant_id text not null,
  agent text not null,
  tool_id uuid not null,
  session_id text not null,
  used integer not null default 0,
  created_at timestamp with time zone not null default now(),
  constraint counters_pkey PRIMARY KEY (tenant_id, agent, tool_id, session_id),
  constraint counters_used_check CHECK ((used >= 0))
) with (fillfactor=60);

alter table validation.counters enable row level security;
alter table validation.counters force row level security;
create policy api on validation.counters for all to validation_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on validation.counters for all to validation_worker using (true) with check (true);
grant select on validation.counters to validation_api;
grant delete, insert, select, update on validation.counters to validation_worker;

create table validation.decisions (
  tenant_id text not null,
  execution_id uuid not null,
  event json,
  created_at timestamp with time zone not null default now(),
  constraint decisions_pkey PRIMARY KEY (tenant_id, execution_id)
) with (toast_tuple_target=8160);

alter table validation.decisions enable row level security;
alter table validation.decisions force row level security;
create policy api on validation.decisions for all to validation_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on validation.decisions for all to validation_worker using (true) with check (true);
grant select on validation.decisions to validation_api;
grant delete, insert, select, update on validation.decisions to validation_worker;

create table validation.known_logs (
  cluster_id text not null,
  first_seen_at timestamp(3) with time zone not null default now(),
  constraint known_logs_pkey PRIMARY KEY (cluster_id)
);

grant insert, select on validation.known_logs to validation_worker;

create table validation.migrations (
  id text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (id)
);

grant select on validation.migrations to validation_api;
grant select on validation.migrations to validation_worker;

create table validation.outbox (
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

alter table validation.outbox enable row level security;
alter table validation.outbox force row level security;
CREATE INDEX outbox_due ON validation.outbox USING btree (due_at, seq);
create policy api on validation.outbox for all to validation_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on validation.outbox for all to validation_worker using (true) with check (true);
grant insert on validation.outbox to validation_api;
grant delete, insert, select, update on validation.outbox to validation_worker;

create table validation.positions (
  topic text not null,
  partition integer not null,
  cluster_id text not null,
  next_offset bigint not null,
  constraint positions_pkey PRIMARY KEY (topic, partition)
) with (fillfactor=50);

grant insert, select, update on validation.positions to validation_worker;

CREATE OR REPLACE FUNCTION validation.refuse_rebinding()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      raise exception 'what approval % is bound to cannot be changed', old.id using errcode = 'check_violation';
    end $function$;

CREATE OR REPLACE FUNCTION validation.refuse_turn()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if not ((old.status = 'pending' and new.status in ('approved', 'denied', 'expired', 'void'))
           or (old.status = 'approved' and new.status in ('used', 'void'))) then
        raise exception 'approval % cannot go from % to %', old.id, old.status, new.status using errcode = 'check_violation';
      end if;
      if new.status = 'approved' and (select count(*) from validation.approval_decisions d
           where d.tenant_id = new.tenant_id and d.approval_id = new.id and d.decision = 'approved') < new.required then
        raise exception 'approval % has not been approved by as many as it needs', old.id using errcode = 'check_violation';
      end if;
      return new;
    end $function$;
