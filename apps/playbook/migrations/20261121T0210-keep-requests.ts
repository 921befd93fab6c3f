import { knownLogsTable, type Migration } from '@toolplane/persistence';

/** The request of a call for as long as it runs, and which event logs were told of what runs: a log that was made anew is told again. */
export const keepRequests: Migration = {
  id: '20261121T0210-keep-requests',
  up: `
    alter table playbook.steps add column request json;
    alter table playbook.steps add check (request is null or status = 'running');
    ${knownLogsTable('playbook')}
  `,
};
