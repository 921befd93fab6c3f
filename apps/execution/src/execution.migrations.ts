import type { Migration } from '@toolplane/persistence';
import { createExecutions } from '../migrations/20261120T2150-create-executions.js';
import { createTimeline } from '../migrations/20261121T0120-create-timeline.js';

/** In the order of their names. */
export const executionMigrations: readonly Migration[] = [createExecutions, createTimeline];
