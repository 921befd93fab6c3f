#!/usr/bin/env node
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('../dist/src/main.js');
process.exitCode = await main(process.argv.slice(2));
