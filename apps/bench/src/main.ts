import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { optionsOf } from './options.js';
import { measureAudit } from './scenarios/audit.js';
import { measureDecide } from './scenarios/decide.js';
import { measureEmbedded } from './scenarios/embedded.js';
import { measureHttp } from './scenarios/http.js';
import { measureLoadTools } from './scenarios/load-tools.js';
import { measurePath } from './scenarios/path.js';
import { measureProviders } from './scenarios/providers.js';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const SCENARIOS = {
  path: measurePath,
  http: measureHttp,
  embedded: measureEmbedded,
  decide: measureDecide,
  audit: measureAudit,
  'load-tools': measureLoadTools,
  providers: measureProviders,
};

const options = optionsOf(process.argv.slice(2));
const measure = SCENARIOS[options.scenario as keyof typeof SCENARIOS];
if (!measure) {
  process.stderr.write(`There is no scenario ${options.scenario}; there are ${Object.keys(SCENARIOS).join(', ')}\n`);
  process.exit(2);
}
const text = `${JSON.stringify(await measure(ROOT, options), null, 2)}\n`;
process.stdout.write(text);
if (options.json) writeFileSync(options.json, text);
process.exit(0);
