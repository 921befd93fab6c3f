import { rowLevelSecurity, type Migration } from '@toolplane/persistence';

/** What happened to an execution out of the ordinary. Its first decision and its end stand in its row. */
export const createTimeline: Migration = {
  id: '20261121T0120-create-timeline',
  up: `
    create table execution.timeline (
      tenant_id text not null,
      execution_id uuid not null,
      event_id uuid not null,
      at timestamptz(3) not null default now(),
      type text not null check (type in ('decided', 'progressed')),
      facts json not null,
      primary key (tenant_id, execution_id, event_id)
    );
    ${rowLevelSecurity({ service: 'execution', table: 'timeline', api: ['select'], worker: ['select', 'insert'] })}
  `,
};
