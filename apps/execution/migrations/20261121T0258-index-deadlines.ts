import type { Migration } from '@toolplane/persistence';

/** The sweep asks every few seconds whose deadline has passed. A deadline never changes, so that updates still stay within their page. */
export const indexDeadlines: Migration = {
  id: '20261121T0258-index-deadlines',
  up: `create index executions_deadline on execution.executions (deadline) where deadline is not null;`,
};
