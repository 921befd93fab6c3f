/** The OpenAPI document of every app that takes internal tokens, for the gateway's route table. Called by `npm run generate`. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openApiOf, placeholderConfig } from '@toolplane/service-kit';

/** Workers have health and metrics only, and the gateway reads its own routes from its decorators. */
const hasRoutes = (app) => app !== 'gateway' && !app.startsWith('provider-');

/** What is only for other services stays between them, and aliases are the gateway's. */
const publicOnly = (paths) => Object.fromEntries(Object.entries(paths).filter(([name]) => name.startsWith('/api/') && !name.startsWith('/api/v2/')));

/** Contents by path, from the root on. The module is not started: nothing is connected. */
export async function openApiFiles(root) {
  const files = {};
  for (const app of readdirSync(path.join(root, 'apps')).filter(hasRoutes).sort()) {
    const file = path.join(root, 'apps', app, 'src', `${app}.module.ts`);
    if (!existsSync(file)) continue;
    const [module] = Object.values(await import(pathToFileURL(file).href)).filter((one) => typeof one?.with === 'function');
    const { paths, ...document } = await openApiOf(module.with(placeholderConfig()));
    files[`apps/gateway/generated/${app}.json`] = `${JSON.stringify({ ...document, paths: publicOnly(paths) }, null, 1)}\n`;
  }
  return files;
}
