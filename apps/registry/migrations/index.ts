import type { Migration } from '@toolplane/persistence';
import { createRegistry } from './20261120T2200-create-registry.js';

export const migrations: readonly Migration[] = [createRegistry];
