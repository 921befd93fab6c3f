import { rowLevelSecurity, type Migration } from '@toolplane/persistence';

const service = 'registry';
const everything = ['select', 'insert', 'update', 'delete'] as const;
const secured = (table: string): string => rowLevelSecurity({ service, table, api: everything, worker: everything, globalRows: true });

/**
 * Agent types, what each may do with which tool, and toolkits. As with tools, owner stands in for the tenant where a key must not hold
 * null. Every reference is (owner, id): what lies with one tenant cannot be tied to what is another's, and global rows hold on to
 * global tools alone.
 */
export const createAgentsAndToolkits: Migration = {
  id: '20261121T0100-create-agents-and-toolkits',
  up: `
    create table registry.agents (
      tenant_id text collate "C" references registry.tenants (id),
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
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
      max_context_tokens int not null check (max_context_tokens > 0),
      max_output_tokens int check (max_output_tokens > 0),
      temperature float8 not null,
      enabled boolean not null,
      is_default boolean not null,
      version text collate "C" not null,
      origin text not null default 'api' check (origin in ('api', 'config')),
      revision bigint not null,
      created_at timestamptz(3) not null default now(),
      created_by json,
      updated_at timestamptz(3) not null default now(),
      primary key (owner, id)
    );
    create unique index agents_name on registry.agents (owner, folded_name);
    create unique index agents_default on registry.agents (owner) where is_default;
    create index agents_listed on registry.agents (owner, name, id);
    create index agents_enabled on registry.agents (owner, enabled);
    ${secured('agents')}

    create table registry.assignments (
      tenant_id text collate "C",
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
      agent_id uuid not null,
      tool_id uuid not null,
      tool_owner text collate "C" not null,
      enabled boolean not null,
      order_index int not null,
      allow_use boolean not null,
      requires_approval boolean,
      approval json,
      usage_limit int not null check (usage_limit >= -1),
      allowed_parameters json,
      denied_parameters json not null,
      parameter_defaults json not null,
      version text collate "C",
      origin text not null default 'api' check (origin in ('api', 'config')),
      revision bigint not null,
      created_at timestamptz(3) not null default now(),
      created_by json,
      updated_at timestamptz(3) not null default now(),
      primary key (owner, agent_id, tool_id),
      constraint assignments_within_owner check (tool_owner = '*' or tool_owner = coalesce(tenant_id, '*')),
      foreign key (owner, agent_id) references registry.agents (owner, id) on delete cascade,
      foreign key (tool_owner, tool_id) references registry.tools (owner, id),
      foreign key (tool_owner, tool_id, version) references registry.tool_versions (owner, tool_id, version)
    );
    create index assignments_of_tool on registry.assignments (tool_owner, tool_id);
    create index assignments_enabled on registry.assignments (owner, agent_id, enabled);
    ${secured('assignments')}

    create table registry.toolkits (
      tenant_id text collate "C" references registry.tenants (id),
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
      id uuid not null,
      name text collate "C" not null,
      folded_name text collate "C" not null,
      description text not null,
      origin text not null default 'api' check (origin in ('api', 'config')),
      revision bigint not null,
      created_at timestamptz(3) not null default now(),
      created_by json,
      updated_at timestamptz(3) not null default now(),
      primary key (owner, id)
    );
    create unique index toolkits_name on registry.toolkits (owner, folded_name);
    create index toolkits_listed on registry.toolkits (owner, name, id);
    ${secured('toolkits')}

    create table registry.toolkit_tools (
      tenant_id text collate "C",
      owner text collate "C" not null generated always as (coalesce(tenant_id, '*')) stored,
      toolkit_id uuid not null,
      tool_id uuid not null,
      tool_owner text collate "C" not null,
      position int not null,
      primary key (owner, toolkit_id, tool_id),
      constraint toolkit_tools_within_owner check (tool_owner = '*' or tool_owner = coalesce(tenant_id, '*')),
      foreign key (owner, toolkit_id) references registry.toolkits (owner, id) on delete cascade,
      foreign key (tool_owner, tool_id) references registry.tools (owner, id)
    );
    create index toolkit_tools_of_tool on registry.toolkit_tools (tool_owner, tool_id);
    ${secured('toolkit_tools')}
  `,
};
