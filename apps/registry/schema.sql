-- Schema registry, as its migrations leave it. Generated: change a migration, not this file.

create table registry.agents (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  id uuid not null,
  name text collate "C" not null,
  folded_name text collate "C" not null,
  display_name text not null,
  description text not null,
  avatar_url text,
  avatar_color text not null,
  personality_traits text[] not null,
  model text not null,
  system_prompt text not null,
  streaming_enabled boolean not null,
  max_context_tokens integer not null,
  max_output_tokens integer,
  temperature double precision not null,
  enabled boolean not null,
  is_default boolean not null,
  version text collate "C" not null,
  origin text not null default 'api'::text,
  revision bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by json,
  updated_at timestamp(3) with time zone not null default now(),
  constraint agents_pkey PRIMARY KEY (owner, id),
  constraint agents_max_context_tokens_check CHECK ((max_context_tokens > 0)),
  constraint agents_max_output_tokens_check CHECK ((max_output_tokens > 0)),
  constraint agents_origin_check CHECK ((origin = ANY (ARRAY['api'::text, 'config'::text]))),
  constraint agents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id)
);

alter table registry.agents enable row level security;
alter table registry.agents force row level security;
CREATE UNIQUE INDEX agents_default ON registry.agents USING btree (owner) WHERE is_default;
CREATE INDEX agents_enabled ON registry.agents USING btree (owner, enabled);
CREATE INDEX agents_listed ON registry.agents USING btree (owner, name, id);
CREATE UNIQUE INDEX agents_name ON registry.agents USING btree (owner, folded_name);
create policy api on registry.agents for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.agents for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.agents for all to registry_worker using (true) with check (true);
grant delete, insert, select, update on registry.agents to registry_api;
grant delete, insert, select, update on registry.agents to registry_worker;

create table registry.announcements (
  tenant_id text collate "C" not null,
  type text collate "C" not null,
  object_key text collate "C" not null,
  revision bigint not null,
  event json not null,
  constraint announcements_pkey PRIMARY KEY (tenant_id, type, object_key)
);

alter table registry.announcements enable row level security;
alter table registry.announcements force row level security;
CREATE INDEX announcements_newest ON registry.announcements USING btree (tenant_id, revision);
create policy api on registry.announcements for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.announcements for all to registry_worker using (true) with check (true);
grant insert, select, update on registry.announcements to registry_api;
grant insert, select, update on registry.announcements to registry_worker;

create table registry.api_keys (
  tenant_id text not null,
  id uuid not null,
  principal_id uuid not null,
  name text not null,
  roles text[] not null,
  may_act_for boolean not null,
  prefix text not null,
  hash text not null,
  expires_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  created_by json not null,
  constraint api_keys_pkey PRIMARY KEY (tenant_id, id),
  constraint api_keys_prefix_key UNIQUE (prefix),
  constraint api_keys_tenant_id_principal_id_fkey FOREIGN KEY (tenant_id, principal_id) REFERENCES registry.principals(tenant_id, id)
);

alter table registry.api_keys enable row level security;
alter table registry.api_keys force row level security;
CREATE INDEX api_keys_of_principal ON registry.api_keys USING btree (tenant_id, principal_id);
create policy api on registry.api_keys for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.api_keys for all to registry_worker using (true) with check (true);
grant insert, select, update on registry.api_keys to registry_api;
grant select, update on registry.api_keys to registry_worker;

create table registry.assignments (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  agent_id uuid not null,
  tool_id uuid not null,
  tool_owner text collate "C" not null,
  enabled boolean not null,
  order_index integer not null,
  allow_use boolean not null,
  requires_approval boolean,
  approval json,
  usage_limit integer not null,
  allowed_parameters json,
  denied_parameters json not null,
  parameter_defaults json not null,
  version text collate "C",
  origin text not null default 'api'::text,
  revision bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by json,
  updated_at timestamp(3) with time zone not null default now(),
  constraint assignments_pkey PRIMARY KEY (owner, agent_id, tool_id),
  constraint assignments_origin_check CHECK ((origin = ANY (ARRAY['api'::text, 'config'::text]))),
  constraint assignments_owner_agent_id_fkey FOREIGN KEY (owner, agent_id) REFERENCES registry.agents(owner, id) ON DELETE CASCADE,
  constraint assignments_tool_owner_tool_id_fkey FOREIGN KEY (tool_owner, tool_id) REFERENCES registry.tools(owner, id),
  constraint assignments_tool_owner_tool_id_version_fkey FOREIGN KEY (tool_owner, tool_id, version) REFERENCES registry.tool_versions(owner, tool_id, version),
  constraint assignments_usage_limit_check CHECK ((usage_limit >= '-1'::integer)),
  constraint assignments_within_owner CHECK (((tool_owner = '*'::text) OR (tool_owner = COALESCE(tenant_id, '*'::text))))
);

alter table registry.assignments enable row level security;
alter table registry.assignments force row level security;
CREATE INDEX assignments_enabled ON registry.assignments USING btree (owner, agent_id, enabled);
CREATE INDEX assignments_of_tool ON registry.assignments USING btree (tool_owner, tool_id);
create policy api on registry.assignments for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.assignments for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.assignments for all to registry_worker using (true) with check (true);
grant delete, insert, select, update on registry.assignments to registry_api;
grant delete, insert, select, update on registry.assignments to registry_worker;

create table registry.breakers (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  worker text collate "C" not null,
  provider text not null,
  tool_id text not null,
  origin text not null,
  state text not null,
  since timestamp(3) with time zone not null,
  retry_after_ms bigint,
  told_at timestamp(3) with time zone not null,
  constraint breakers_pkey PRIMARY KEY (tenant_id, id, worker),
  constraint breakers_state_check CHECK ((state = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text])))
);

alter table registry.breakers enable row level security;
alter table registry.breakers force row level security;
CREATE INDEX breakers_of_worker ON registry.breakers USING btree (worker);
create policy api on registry.breakers for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.breakers for all to registry_worker using (true) with check (true);
grant select on registry.breakers to registry_api;
grant delete, insert, select, update on registry.breakers to registry_worker;

create table registry.enablements (
  tenant_id text collate "C" not null,
  tool_id uuid not null,
  tool_owner text collate "C" not null default '*'::text,
  enabled boolean not null,
  revision bigint not null,
  updated_at timestamp(3) with time zone not null default now(),
  constraint enablements_pkey PRIMARY KEY (tenant_id, tool_id),
  constraint enablements_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id),
  constraint enablements_tool_owner_check CHECK ((tool_owner = '*'::text)),
  constraint enablements_tool_owner_tool_id_fkey FOREIGN KEY (tool_owner, tool_id) REFERENCES registry.tools(owner, id)
);

alter table registry.enablements enable row level security;
alter table registry.enablements force row level security;
create policy api on registry.enablements for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.enablements for all to registry_worker using (true) with check (true);
grant insert, select, update on registry.enablements to registry_api;
grant insert, select, update on registry.enablements to registry_worker;

create table registry.forced_breakers (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  state text not null,
  reason text,
  revision bigint not null,
  changed_at timestamp(3) with time zone not null,
  changed_by json not null,
  constraint forced_breakers_pkey PRIMARY KEY (tenant_id, id),
  constraint forced_breakers_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text, 'probe'::text]))),
  constraint forced_breakers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id)
);

alter table registry.forced_breakers enable row level security;
alter table registry.forced_breakers force row level security;
create policy api on registry.forced_breakers for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.forced_breakers for all to registry_worker using (true) with check (true);
grant insert, select, update on registry.forced_breakers to registry_api;
grant select on registry.forced_breakers to registry_worker;

create table registry.kill_switches (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  target_type text collate "C" not null,
  target_id text collate "C" not null,
  target_name text not null,
  is_on boolean not null,
  reason text,
  revision bigint not null,
  changed_at timestamp(3) with time zone not null,
  changed_by json not null,
  constraint kill_switches_pkey PRIMARY KEY (owner, target_type, target_id),
  constraint kill_switches_target_type_check CHECK ((target_type = ANY (ARRAY['tool'::text, 'agent'::text, 'tenant'::text]))),
  constraint kill_switches_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id)
);

alter table registry.kill_switches enable row level security;
alter table registry.kill_switches force row level security;
create policy api on registry.kill_switches for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.kill_switches for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.kill_switches for all to registry_worker using (true) with check (true);
grant insert, select, update on registry.kill_switches to registry_api;
grant insert, select, update on registry.kill_switches to registry_worker;

create table registry.known_logs (
  cluster_id text not null,
  first_seen_at timestamp(3) with time zone not null default now(),
  constraint known_logs_pkey PRIMARY KEY (cluster_id)
);

grant insert, select on registry.known_logs to registry_worker;

create table registry.migrations (
  id text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (id)
);

grant select on registry.migrations to registry_api;
grant select on registry.migrations to registry_worker;

create table registry.outbox (
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

alter table registry.outbox enable row level security;
alter table registry.outbox force row level security;
CREATE INDEX outbox_due ON registry.outbox USING btree (due_at, seq);
create policy api on registry.outbox for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.outbox for all to registry_worker using (true) with check (true);
grant insert on registry.outbox to registry_api;
grant delete, insert, select, update on registry.outbox to registry_worker;

create table registry.positions (
  topic text not null,
  partition integer not null,
  cluster_id text not null,
  next_offset bigint not null,
  constraint positions_pkey PRIMARY KEY (topic, partition)
) with (fillfactor=50);

grant insert, select, update on registry.positions to registry_worker;

create table registry.principals (
  tenant_id text not null,
  id uuid not null,
  type text not null,
  name text not null,
  agent text,
  created_at timestamp(3) with time zone not null default now(),
  constraint principals_pkey PRIMARY KEY (tenant_id, id),
  constraint principals_check CHECK (((type = 'agent'::text) = (agent IS NOT NULL))),
  constraint principals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id),
  constraint principals_type_check CHECK ((type = ANY (ARRAY['user'::text, 'service'::text, 'agent'::text])))
);

alter table registry.principals enable row level security;
alter table registry.principals force row level security;
create policy api on registry.principals for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.principals for all to registry_worker using (true) with check (true);
grant insert, select on registry.principals to registry_api;
grant select on registry.principals to registry_worker;

create table registry.tenants (
  id text collate "C" not null,
  display_name text not null,
  status text not null default 'active'::text,
  revision bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'deleted'::text])))
);

alter table registry.tenants enable row level security;
alter table registry.tenants force row level security;
create policy api on registry.tenants for all to registry_api using ((id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy worker on registry.tenants for all to registry_worker using (true) with check (true);
grant select on registry.tenants to registry_api;
grant insert, select, update on registry.tenants to registry_worker;

create table registry.tool_versions (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  tool_id uuid not null,
  version text collate "C" not null,
  definition json not null,
  change text,
  diff json not null,
  revision bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by json,
  constraint tool_versions_pkey PRIMARY KEY (owner, tool_id, version),
  constraint tool_versions_change_check CHECK ((change = ANY (ARRAY['breaking'::text, 'compatible'::text, 'metadata'::text]))),
  constraint tool_versions_owner_tool_id_fkey FOREIGN KEY (owner, tool_id) REFERENCES registry.tools(owner, id)
);

alter table registry.tool_versions enable row level security;
alter table registry.tool_versions force row level security;
CREATE INDEX tool_versions_newest ON registry.tool_versions USING btree (owner, tool_id, revision);
create policy api on registry.tool_versions for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.tool_versions for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.tool_versions for all to registry_worker using (true) with check (true);
grant insert, select on registry.tool_versions to registry_api;
grant insert, select on registry.tool_versions to registry_worker;

create table registry.toolkit_tools (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  toolkit_id uuid not null,
  tool_id uuid not null,
  tool_owner text collate "C" not null,
  position integer not null,
  constraint toolkit_tools_pkey PRIMARY KEY (owner, toolkit_id, tool_id),
  constraint toolkit_tools_owner_toolkit_id_fkey FOREIGN KEY (owner, toolkit_id) REFERENCES registry.toolkits(owner, id) ON DELETE CASCADE,
  constraint toolkit_tools_tool_owner_tool_id_fkey FOREIGN KEY (tool_owner, tool_id) REFERENCES registry.tools(owner, id),
  constraint toolkit_tools_within_owner CHECK (((tool_owner = '*'::text) OR (tool_owner = COALESCE(tenant_id, '*'::text))))
);

alter table registry.toolkit_tools enable row level security;
alter table registry.toolkit_tools force row level security;
CREATE INDEX toolkit_tools_of_tool ON registry.toolkit_tools USING btree (tool_owner, tool_id);
create policy api on registry.toolkit_tools for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.toolkit_tools for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.toolkit_tools for all to registry_worker using (true) with check (true);
grant delete, insert, select, update on registry.toolkit_tools to registry_api;
grant delete, insert, select, update on registry.toolkit_tools to registry_worker;

create table registry.toolkits (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  id uuid not null,
  name text collate "C" not null,
  folded_name text collate "C" not null,
  description text not null,
  origin text not null default 'api'::text,
  revision bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by json,
  updated_at timestamp(3) with time zone not null default now(),
  constraint toolkits_pkey PRIMARY KEY (owner, id),
  constraint toolkits_origin_check CHECK ((origin = ANY (ARRAY['api'::text, 'config'::text]))),
  constraint toolkits_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id)
);

alter table registry.toolkits enable row level security;
alter table registry.toolkits force row level security;
CREATE INDEX toolkits_listed ON registry.toolkits USING btree (owner, name, id);
CREATE UNIQUE INDEX toolkits_name ON registry.toolkits USING btree (owner, folded_name);
create policy api on registry.toolkits for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.toolkits for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.toolkits for all to registry_worker using (true) with check (true);
grant delete, insert, select, update on registry.toolkits to registry_api;
grant delete, insert, select, update on registry.toolkits to registry_worker;

create table registry.tools (
  tenant_id text collate "C",
  owner text collate "C" not null generated always as (COALESCE(tenant_id, '*'::text)) stored,
  id uuid not null,
  name text collate "C" not null,
  folded_name text collate "C" not null,
  type text not null,
  category text not null,
  enabled boolean not null,
  tags text[] not null,
  current_version text not null,
  origin text not null default 'api'::text,
  revision bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by json,
  updated_at timestamp(3) with time zone not null default now(),
  deleted_at timestamp(3) with time zone,
  constraint tools_pkey PRIMARY KEY (owner, id),
  constraint tools_origin_check CHECK ((origin = ANY (ARRAY['api'::text, 'config'::text]))),
  constraint tools_owner_id_current_version_fkey FOREIGN KEY (owner, id, current_version) REFERENCES registry.tool_versions(owner, tool_id, version) DEFERRABLE INITIALLY DEFERRED,
  constraint tools_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES registry.tenants(id)
);

alter table registry.tools enable row level security;
alter table registry.tools force row level security;
CREATE INDEX tools_category ON registry.tools USING btree (owner, category) WHERE (deleted_at IS NULL);
CREATE INDEX tools_enabled ON registry.tools USING btree (owner, enabled) WHERE (deleted_at IS NULL);
CREATE INDEX tools_listed ON registry.tools USING btree (owner, name, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX tools_name ON registry.tools USING btree (owner, folded_name) WHERE (deleted_at IS NULL);
CREATE INDEX tools_tags ON registry.tools USING gin (tags);
create policy api on registry.tools for all to registry_api using ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif"))) with check ((tenant_id = ( SELECT NULLIF(current_setting('toolplane.tenant'::text, true), ''::text) AS "nullif")));
create policy api_global on registry.tools for select to registry_api using ((tenant_id IS NULL));
create policy worker on registry.tools for all to registry_worker using (true) with check (true);
grant insert, select, update on registry.tools to registry_api;
grant insert, select, update on registry.tools to registry_worker;

create sequence registry.revision as bigint;
