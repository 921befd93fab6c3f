import type { Migration } from '@toolplane/persistence';
import { createRegistry } from '../migrations/20261120T2200-create-registry.js';

export const registryMigrations: readonly Migration[] = [createRegistry];
