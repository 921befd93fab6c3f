import { knownLogsTable, rowLevelSecurity, type Migration } from '@toolplane/persistence';

/** What was said of approvals, so that it can be said again to a log that was made anew, and which logs were told. */
export const keepTurns: Migration = {
  id: '20261121T0200-keep-turns',
  up: `
    create table validation.approval_turns (
      tenant_id text not null,
      approval_id uuid not null,
      turn text not null check (turn in ('approved', 'denied', 'expired', 'void')),
      event json not null,
      at timestamptz not null default now(),
      primary key (tenant_id, approval_id, turn),
      foreign key (tenant_id, approval_id) references validation.approvals (tenant_id, id)
    ) with (toast_tuple_target = 8160);
    ${rowLevelSecurity({ service: 'validation', table: 'approval_turns', api: ['insert'], worker: ['select', 'insert', 'delete'] })}

    ${knownLogsTable('validation')}
  `,
};
