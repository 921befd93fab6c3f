import type { Migration } from '@toolplane/persistence';
import { createApprovals } from '../migrations/20261121T0105-create-approvals.js';
import { keepTurns } from '../migrations/20261121T0200-keep-turns.js';

/** In the order of their names. */
export const validationMigrations: readonly Migration[] = [createApprovals, keepTurns];
