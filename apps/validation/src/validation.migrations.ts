import type { Migration } from '@toolplane/persistence';
import { createApprovals } from '../migrations/20261121T0105-create-approvals.js';

/** In the order of their names. */
export const validationMigrations: readonly Migration[] = [createApprovals];
