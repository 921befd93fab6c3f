import type { Migration } from '@toolplane/persistence';

/** Whether anything of a tenant's definitions has changed is asked before each answer that is kept. */
export const indexAnnouncementsByRevision: Migration = {
  id: '20261121T0130-index-announcements-by-revision',
  up: `create index announcements_newest on registry.announcements (tenant_id, revision);`,
};
