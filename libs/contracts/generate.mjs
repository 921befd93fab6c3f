/**
 * `npm run generate` writes everything that is derived from the contracts and from the apps' configuration;
 * `npm run generate -- --check` writes nothing and fails where a file is stale.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { configPage } from '@toolplane/config';
import { GOLDENS } from '@toolplane/contracts/testing';
import { aclsFile } from './src/generate/acls-file.ts';
import { asyncApi } from './src/generate/async-api.ts';
import { errorsPage } from './src/generate/errors-page.ts';
import { eventsPage } from './src/generate/events-page.ts';
import { topicsFile } from './src/generate/topics-file.ts';
import { openApiFiles } from '../service-kit/generate.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const examples = new Map(GOLDENS.map((event) => [event.type, event]));

/** The definition that an app's `<name>.config.ts` exports under a name that ends in `Config`. */
async function configurationOf(app) {
  const folder = path.join(root, 'apps', app, 'src');
  const file = existsSync(folder) && readdirSync(folder).find((name) => name.endsWith('.config.ts'));
  if (!file) return null;
  const exported = await import(pathToFileURL(path.join(folder, file)).href);
  const [definition] = Object.entries(exported).flatMap(([name, value]) => (name.endsWith('Config') ? [value] : []));
  if (!definition) throw new Error(`apps/${app}/src/${file} exports no definition whose name ends in Config`);
  return { app, definition };
}

const apps = (await Promise.all(readdirSync(path.join(root, 'apps')).sort().map(configurationOf))).filter((one) => one !== null);

const asyncApiText = `${JSON.stringify(asyncApi(version, examples), null, 2)}\n`;
const files = {
  'docs/events.md': eventsPage(examples),
  'docs/errors.md': errorsPage(),
  'docs/config.md': configPage(apps),
  'docs/asyncapi.json': asyncApiText,
  'apps/gateway/generated/asyncapi.json': asyncApiText,
  ...(await openApiFiles(root)),
  'deploy/kafka/topics': topicsFile(),
  'deploy/kafka/acls': aclsFile(),
};

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);
const stale = Object.entries(files).filter(([name, content]) => read(path.join(root, name)) !== content);

/** A change on its way into the changelog says of what kind it is and whom it concerns: see docs/changes/README.md. */
const CHANGE = /^kind: (added|changed|fixed|removed|security)\nfor: (operators|upstreams|agents|tool owners|contributors)(, (operators|upstreams|agents|tool owners|contributors))*\n\n\S/;
const changes = readdirSync(path.join(root, 'docs/changes')).filter((name) => name !== 'README.md');
const malformed = changes.filter((name) => !/^\d{8}T\d{4}-[a-z0-9-]+\.md$/.test(name) || !CHANGE.test(read(path.join(root, 'docs/changes', name))));

/** Pages that people follow links in. What a link names must be there: code moves, and pages do not notice. */
function pages(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return folder === '.' ? [] : pages(path.join(folder, entry.name));
    return entry.name.endsWith('.md') ? [path.join(folder, entry.name)] : [];
  });
}
const readmes = ['apps', 'libs'].flatMap((group) => readdirSync(path.join(root, group)).map((name) => path.join(group, name, 'README.md')));
const dangling = [...pages('.'), ...pages('docs'), ...readmes.filter((page) => existsSync(path.join(root, page)))].flatMap((page) =>
  [...(read(path.join(root, page)) ?? '').matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target)
    .filter((target) => !existsSync(path.join(root, path.dirname(page), target)))
    .map((target) => `${page} links to ${target}, which is not there`),
);

for (const fault of dangling) console.error(fault);
if (dangling.length > 0) process.exitCode = 1;
for (const name of malformed) console.error(`docs/changes/${name} is not like docs/changes/README.md says`);
if (malformed.length > 0) process.exitCode = 1;

if (process.argv.includes('--check')) {
  for (const [name] of stale) console.error(`${name} is stale: run npm run generate and commit what it changes`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const [name, content] of stale) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  console.log(stale.length > 0 ? `written: ${stale.map(([name]) => name).join(', ')}` : 'nothing was stale');
  // The schemas come from a database that has run the migrations; each service's spec compares its own.
  const owners = readdirSync(path.join(root, 'apps')).filter((name) => existsSync(path.join(root, 'apps', name, 'migrations')));
  const schemas = ['libs/persistence/src/testing/generate-schemas.ts', ...owners.map((name) => `apps/${name}`)];
  execFileSync(process.execPath, [...process.execArgv, ...schemas], { cwd: root, stdio: 'inherit' });
}
