import type { Migration } from '@toolplane/persistence';
import { createExecutions } from '../migrations/20261120T2150-create-executions.js';
import { createTimeline } from '../migrations/20261121T0120-create-timeline.js';
import { createKnownLogs } from '../migrations/20261121T0125-create-known-logs.js';
import { indexDeadlines } from '../migrations/20261121T0258-index-deadlines.js';

/** In the order of their names. */
export const executionMigrations: readonly Migration[] = [createExecutions, createTimeline, createKnownLogs, indexDeadlines];
