import type { Migration } from '@toolplane/persistence';
import { createPlaybooks } from '../migrations/20261121T0100-create-playbooks.js';
import { keepRequests } from '../migrations/20261121T0210-keep-requests.js';

/** In the order of their names. */
export const playbookMigrations: readonly Migration[] = [createPlaybooks, keepRequests];
