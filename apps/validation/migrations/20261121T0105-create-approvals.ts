import { outboxTable, positionsTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

/** Counters of use, the decisions that hang on one or on an approval, approvals and what people said of them. */
export const createApprovals: Migration = {
  id: '20261121T0105-create-approvals',
  up: `
    create table validation.counters (
      tenant_id text not null,
      agent text not null,
      tool_id uuid not null,
      session_id text not null,
      used integer not null default 0 check (used >= 0),
      created_at timestamptz not null default now(),
      primary key (tenant_id, agent, tool_id, session_id)
    ) with (fillfactor = 60);
    ${rowLevelSecurity({ service: 'validation', table: 'counters', api: ['select'], worker: ['select', 'insert', 'update', 'delete'] })}

    -- The first decision is the decision. A row without its event lives within one transaction only: whoever wrote it holds the lock.
    create table validation.decisions (
      tenant_id text not null,
      execution_id uuid not null,
      event json,
      created_at timestamptz not null default now(),
      primary key (tenant_id, execution_id)
    ) with (toast_tuple_target = 8160);
    ${rowLevelSecurity({ service: 'validation', table: 'decisions', api: ['select'], worker: ['select', 'insert', 'update', 'delete'] })}

    create table validation.approvals (
      tenant_id text not null,
      id uuid not null,
      execution_id uuid not null,
      status text not null default 'pending' check (status in ('pending', 'approved', 'denied', 'expired', 'void', 'used')),
      tool_id uuid not null,
      tool_name text not null,
      tool_version text not null,
      tool_fingerprint text not null, -- of the tool's current definition but for its texts and flags: another one voids the approval
      agent text,
      requester text not null, -- id of the principal who asked, '' where nobody is known
      on_behalf_of text not null, -- id of whom it acts for, '' where it acts for nobody
      payload_digest text not null,
      required integer not null check (required >= 1),
      expires_at timestamptz(3) not null,
      created_at timestamptz(3) not null default now(), -- milliseconds, as cursors carry it
      approved_at timestamptz(3),
      closed_at timestamptz(3),
      primary key (tenant_id, id),
      unique (tenant_id, execution_id),
      unique (tenant_id, id, requester, on_behalf_of),
      foreign key (tenant_id, execution_id) references validation.decisions (tenant_id, execution_id),
      check ((status = 'pending') = (approved_at is null and closed_at is null)),
      check (status not in ('approved', 'used') or approved_at is not null)
    );
    create index approvals_newest on validation.approvals (tenant_id, created_at desc, id desc);
    create index approvals_expiring on validation.approvals (expires_at) where status = 'pending';
    create index approvals_open on validation.approvals (tool_id) where status in ('pending', 'approved');
    create index approvals_last_approved on validation.approvals (tenant_id, tool_id, approved_at desc) where approved_at is not null;
    ${rowLevelSecurity({ service: 'validation', table: 'approvals', api: ['select', 'update'], worker: ['select', 'insert', 'update', 'delete'] })}

    -- Nobody decides twice, and neither whoever asked nor whom it acts for decides at all: keys, not code, say so.
    create table validation.approval_decisions (
      tenant_id text not null,
      approval_id uuid not null,
      by_id text not null,
      requester text not null,
      on_behalf_of text not null,
      decision text not null check (decision in ('approved', 'denied')),
      comment text,
      at timestamptz(3) not null default now(),
      primary key (tenant_id, approval_id, by_id),
      foreign key (tenant_id, approval_id, requester, on_behalf_of) references validation.approvals (tenant_id, id, requester, on_behalf_of),
      constraint approval_decisions_not_by_requester check (by_id <> '' and by_id <> requester and by_id <> on_behalf_of)
    );
    ${rowLevelSecurity({ service: 'validation', table: 'approval_decisions', api: ['select', 'insert'], worker: ['select', 'delete'] })}

    create function validation.refuse_turn() returns trigger language plpgsql as $$
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
    end $$;
    create trigger approvals_turn before update of status on validation.approvals for each row
      when (old.status is distinct from new.status) execute function validation.refuse_turn();

    create function validation.refuse_rebinding() returns trigger language plpgsql as $$
    begin
      raise exception 'what approval % is bound to cannot be changed', old.id using errcode = 'check_violation';
    end $$;
    create trigger approvals_bound before update on validation.approvals for each row
      when ((old.tenant_id, old.id, old.execution_id, old.tool_id, old.tool_version, old.tool_fingerprint, old.requester, old.on_behalf_of, old.payload_digest, old.required)
            is distinct from
            (new.tenant_id, new.id, new.execution_id, new.tool_id, new.tool_version, new.tool_fingerprint, new.requester, new.on_behalf_of, new.payload_digest, new.required))
      execute function validation.refuse_rebinding();

    ${outboxTable('validation')}
    ${positionsTable('validation')}
  `,
};
