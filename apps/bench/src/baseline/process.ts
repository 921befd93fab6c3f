import { runRole, type RoleSettings } from './hop.js';

const close = await runRole(JSON.parse(process.argv[2] ?? '{}') as RoleSettings);
process.send?.('ready');
process.once('SIGTERM', () => void close().finally(() => process.exit(0)));
// Whoever started it is gone.
process.once('disconnect', () => process.exit(1));
