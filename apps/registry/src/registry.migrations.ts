import type { Migration } from '@toolplane/persistence';
import { createRegistry } from '../migrations/20261120T2200-create-registry.js';
import { createAgentsAndToolkits } from '../migrations/20261121T0100-create-agents-and-toolkits.js';
import { createControls } from '../migrations/20261121T0120-create-controls.js';
import { indexAnnouncementsByRevision } from '../migrations/20261121T0130-index-announcements-by-revision.js';

export const registryMigrations: readonly Migration[] = [createRegistry, createAgentsAndToolkits, createControls, indexAnnouncementsByRevision];
