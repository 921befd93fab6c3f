import { outboxTable, positionsTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

/** Executions with their first attempt, and the keys under which HTTP callers repeat a request. */
export const createExecutions: Migration = {
  id: '20261120T2150-create-executions',
  up: `
    create table execution.executions (
      tenant_id text not null,
      id uuid not null,
      status text not null check (status in ('requested', 'awaiting_approval', 'running', 'succeeded', 'failed')),
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
      redactions json not null default '[]',
      provider_ms integer,
      tokens_used integer,
      deadline timestamptz,
      start_by timestamptz,
      lease_until timestamptz,
      last_event uuid,
      created_at timestamptz(3) not null default now(), -- milliseconds, as cursors carry it
      started_at timestamptz,
      finished_at timestamptz,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, id),
      check (status not in ('succeeded', 'failed') or finished_at is not null),
      check (status in ('succeeded', 'failed') or finished_at is null),
      check ((status = 'failed') = (error is not null)),
      check (status <> 'running' or attempt >= 1),
      check (status not in ('requested', 'awaiting_approval') or attempt = 0)
    ) with (fillfactor = 60, toast_tuple_target = 8160);

    -- No column of an index changes while an execution takes its ordinary course, so that its updates stay within a page.
    create index executions_newest on execution.executions (tenant_id, created_at desc, id desc);
    create index executions_of_exception on execution.executions (tenant_id, exception_id, created_at desc) where exception_id is not null;
    create index executions_start_by on execution.executions (start_by) where start_by is not null;

    create function execution.refuse_transition() returns trigger language plpgsql as $$
    begin
      raise exception 'execution % cannot go from % (attempt %) to % (attempt %)', old.id, old.status, old.attempt, new.status, new.attempt
        using errcode = 'check_violation';
    end $$;
    create trigger executions_final before update on execution.executions for each row
      when (old.status in ('succeeded', 'failed') or new.attempt < old.attempt or (new.status = 'requested' and old.status <> 'requested'))
      execute function execution.refuse_transition();
    ${rowLevelSecurity({ service: 'execution', table: 'executions', api: ['select'], worker: ['select', 'insert', 'update'] })}

    create table execution.idempotency_keys (
      tenant_id text not null,
      key text not null,
      fingerprint text not null,
      execution_id uuid not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, key)
    );
    create index idempotency_keys_age on execution.idempotency_keys (created_at);
    ${rowLevelSecurity({ service: 'execution', table: 'idempotency_keys', api: ['select'], worker: ['select', 'insert', 'update', 'delete'] })}

    create table execution.dead_letters (
      id uuid primary key,
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
      at timestamptz(3) not null,
      status text not null default 'parked' check (status in ('parked', 'redriven', 'discarded')),
      unique (topic, partition, record_offset, code)
    );
    create index dead_letters_newest on execution.dead_letters (at desc, id desc);
    ${rowLevelSecurity({ service: 'execution', table: 'dead_letters', api: ['select'], worker: ['select', 'insert', 'update'] })}

    ${outboxTable('execution')}
    ${positionsTable('execution')}
  `,
};
