import { knownLogsTable, type Migration } from '@toolplane/persistence';

/** Which event logs were told what lies here. */
export const createKnownLogs: Migration = { id: '20261121T0125-create-known-logs', up: knownLogsTable('execution') };
