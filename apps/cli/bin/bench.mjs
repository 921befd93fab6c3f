#!/usr/bin/env node
import { prepare } from './prepare.mjs';

await prepare();
await import('../../bench/dist/src/main.js');
