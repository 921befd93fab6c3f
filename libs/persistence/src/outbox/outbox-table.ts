import { rowLevelSecurity } from '../row-level-security.js';
import { plainName } from '../sql-names.js';

/** The table of a service’s outbox, for one of its migrations. A row is an event that is still to be sent; sent, it is gone. */
export const outboxTable = (service: string): string => `
create table ${plainName(service)}.outbox (
  event_id uuid not null,
  topic text not null,
  tenant_id text not null,
  seq bigint generated always as identity,
  event json not null,
  due_at timestamptz not null default now(),
  tries int not null default 0,
  last_error text,
  primary key (event_id, topic)
);
create index outbox_due on ${service}.outbox (due_at, seq);
${rowLevelSecurity({ service, table: 'outbox', api: ['insert'], worker: ['select', 'insert', 'update', 'delete'] })}
`;
