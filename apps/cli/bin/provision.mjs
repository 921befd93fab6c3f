/** `toolplane provision` of a container, where everything is installed and built. */
import path from 'node:path';

const { main } = await import('../dist/src/main.js');
process.exit(await main(['provision', ...process.argv.slice(2)], path.resolve(import.meta.dirname, '../../..')));
