#!/usr/bin/env node
import { prepare, ROOT } from './prepare.mjs';

await prepare();
const { main } = await import('../dist/src/main.js');
process.exit(await main(process.argv.slice(2), ROOT));
