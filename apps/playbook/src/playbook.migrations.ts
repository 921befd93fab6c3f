import type { Migration } from '@toolplane/persistence';
import { createPlaybooks } from '../migrations/20261121T0100-create-playbooks.js';

/** In the order of their names. */
export const playbookMigrations: readonly Migration[] = [createPlaybooks];
