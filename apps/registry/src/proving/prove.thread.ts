import { parentPort } from 'node:worker_threads';
import type { ToolBody } from '@toolplane/contracts/documents';
import { definitionFaults } from '@toolplane/security/schemas';

/** The thread in which a tenant's schemas are compiled. It is ended where one takes too long, and nobody else waits for it. */
const port = parentPort;
if (!port) throw new Error('runs as a worker thread alone');
port.on('message', (body: ToolBody) => port.postMessage({ faults: definitionFaults(body) }));

// What is loaded and compiled for the first time is not charged to the first tenant.
const inputSchema = { type: 'object', properties: { text: { type: 'string', pattern: '^a*$' } } };
definitionFaults({ name: 'first', description: 'First.', category: 'test', type: 'dummy', inputSchema, examples: [{ input: {} }] });
port.postMessage({ ready: true });
