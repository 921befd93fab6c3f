import type { Migration } from '@toolplane/persistence';
import { createEntries } from '../migrations/20261120T2220-create-entries.js';
import { partitionEntries } from '../migrations/20261121T0110-partition-entries.js';

/** In the order of their names. */
export const auditMigrations: readonly Migration[] = [createEntries, partitionEntries];
