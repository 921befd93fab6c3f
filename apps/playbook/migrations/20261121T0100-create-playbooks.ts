import { outboxTable, positionsTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

const service = 'playbook';

/** Exceptions with what happened to them, playbooks, runs with their steps, and the keys under which HTTP callers repeat a request. */
export const createPlaybooks: Migration = {
  id: '20261121T0100-create-playbooks',
  up: `
    create table playbook.exceptions (
      tenant_id text collate "C" not null,
      id uuid not null,
      title text not null,
      description text not null,
      severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
      source text,
      attributes json not null,
      status text not null check (status in ('open', 'closed')),
      revision bigint not null default 1,
      created_at timestamptz(3) not null default now(),
      created_by json not null,
      updated_at timestamptz(3) not null default now(),
      closed_at timestamptz(3),
      primary key (tenant_id, id),
      check ((status = 'closed') = (closed_at is not null))
    );
    create index exceptions_newest on playbook.exceptions (tenant_id, created_at desc, id desc);
    ${rowLevelSecurity({ service, table: 'exceptions', api: ['select', 'insert', 'update'], worker: ['select'] })}

    -- A playbook that runs were made of stays readable: it is deleted softly, and its name is free again.
    create table playbook.playbooks (
      tenant_id text collate "C" not null,
      id uuid not null,
      name text collate "C" not null,
      folded_name text collate "C" not null,
      description text not null,
      steps json not null,
      revision bigint not null default 1,
      created_at timestamptz(3) not null default now(),
      created_by json not null,
      updated_at timestamptz(3) not null default now(),
      deleted_at timestamptz(3),
      primary key (tenant_id, id)
    );
    create unique index playbooks_name on playbook.playbooks (tenant_id, folded_name) where deleted_at is null;
    create index playbooks_listed on playbook.playbooks (tenant_id, name, id) where deleted_at is null;
    ${rowLevelSecurity({ service, table: 'playbooks', api: ['select', 'insert', 'update'], worker: ['select'] })}

    -- steps: the playbook's as they were when the run began.
    create table playbook.runs (
      tenant_id text collate "C" not null,
      id uuid not null,
      exception_id uuid not null,
      playbook_id uuid not null,
      playbook_name text not null,
      steps json not null,
      status text not null default 'running' check (status in ('running', 'completed', 'cancelled')),
      detail text,
      started_by json not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      finished_at timestamptz(3),
      primary key (tenant_id, id),
      foreign key (tenant_id, exception_id) references playbook.exceptions (tenant_id, id),
      foreign key (tenant_id, playbook_id) references playbook.playbooks (tenant_id, id),
      check ((status = 'running') = (finished_at is null))
    );
    create index runs_newest on playbook.runs (tenant_id, created_at desc, id desc);
    create index runs_of_exception on playbook.runs (tenant_id, exception_id, created_at desc, id desc);
    create index runs_of_playbook on playbook.runs (tenant_id, playbook_id);
    ${rowLevelSecurity({ service, table: 'runs', api: ['select', 'insert', 'update'], worker: ['select', 'update'] })}

    -- One row an iteration: a retry is another one, and the failed one stays as it was.
    create table playbook.steps (
      tenant_id text collate "C" not null,
      run_id uuid not null,
      step_id text collate "C" not null,
      iteration integer not null check (iteration >= 1),
      status text not null check (status in ('pending', 'running', 'completed', 'failed', 'skipped')),
      execution_id uuid,
      output json,
      output_ref json,
      error json,
      comment text,
      choice text,
      done_by json,
      started_at timestamptz(3),
      finished_at timestamptz(3),
      primary key (tenant_id, run_id, step_id, iteration),
      foreign key (tenant_id, run_id) references playbook.runs (tenant_id, id),
      check (status not in ('running', 'failed') or execution_id is not null),
      check (status <> 'pending' or execution_id is null),
      check ((status in ('pending', 'running')) = (finished_at is null)),
      check (status <> 'failed' or error is not null)
    );
    create unique index steps_execution on playbook.steps (tenant_id, execution_id) where execution_id is not null;
    -- A run does one thing at a time.
    create unique index steps_running on playbook.steps (tenant_id, run_id) where status = 'running';
    ${rowLevelSecurity({ service, table: 'steps', api: ['select', 'insert', 'update'], worker: ['select', 'update'] })}

    create function playbook.refuse_transition() returns trigger language plpgsql as $$
    begin
      raise exception '% % cannot go from % to %', tg_table_name, old.tenant_id, old.status, new.status using errcode = 'check_violation';
    end $$;
    create trigger runs_final before update of status on playbook.runs for each row
      when (old.status <> 'running' and new.status <> old.status) execute function playbook.refuse_transition();
    create trigger steps_forward before update of status, execution_id on playbook.steps for each row
      when (old.status in ('completed', 'skipped')
            or (old.status = 'running' and new.status not in ('completed', 'failed'))
            or (old.status = 'failed' and new.status <> 'skipped')
            or (old.execution_id is not null and new.execution_id is distinct from old.execution_id))
      execute function playbook.refuse_transition();

    create table playbook.timeline (
      tenant_id text collate "C" not null,
      id uuid not null,
      exception_id uuid not null,
      at timestamptz(3) not null default now(),
      kind text not null,
      by_whom json,
      run_id uuid,
      playbook_name text,
      step_id text,
      execution_id uuid,
      comment text,
      details json,
      primary key (tenant_id, id),
      foreign key (tenant_id, exception_id) references playbook.exceptions (tenant_id, id),
      foreign key (tenant_id, run_id) references playbook.runs (tenant_id, id)
    );
    create index timeline_newest on playbook.timeline (tenant_id, exception_id, at desc, id desc);
    create index timeline_of_run on playbook.timeline (tenant_id, run_id);
    ${rowLevelSecurity({ service, table: 'timeline', api: ['select', 'insert'], worker: ['select', 'insert'] })}

    create table playbook.idempotency_keys (
      tenant_id text collate "C" not null,
      key text collate "C" not null,
      fingerprint text not null,
      run_id uuid not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, key)
    );
    create index idempotency_keys_age on playbook.idempotency_keys (tenant_id, created_at);
    ${rowLevelSecurity({ service, table: 'idempotency_keys', api: ['select', 'insert', 'update', 'delete'], worker: ['select', 'delete'] })}

    ${outboxTable(service)}
    ${positionsTable(service)}
  `,
};
