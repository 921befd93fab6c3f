import path from 'node:path';
import { provisionDatabase, roleNames, SERVICES_WITH_SCHEMA, startLocalPostgres } from '@toolplane/persistence/local';
import type { DataDir } from './data-dir.js';
import { rolePasswords } from './keys.js';
import type { Part } from './supervisor.js';

const EVENT_LOG_ROLE = 'event_log';

/** A local Postgres as a part to be kept running. Its URL is the operator's own role: services never use it. */
export const localPostgres = (dataDir: DataDir, port: number, onUrl: (url: string) => void): Part => ({
  name: 'postgres',
  start: async () => {
    const server = await startLocalPostgres({ dataDir: dataDir.file('postgres'), port });
    onUrl(server.url);
    return {
      pid: server.pid,
      ended: server.ended.then((code) => `exit code ${code ?? 'none'}`),
      stop: () => server.stop(),
      // Fast enough for what is left of ten seconds, and nothing that was committed is lost.
      kill: () => process.kill(server.pid, 'SIGQUIT'),
    };
  },
});

/** Files that hold a database URL, by role. */
export type RoleUrls = Readonly<Record<string, string>>;

/** Makes schemas and roles with generated passwords; answers with the file of each role's URL. */
export async function provision(dataDir: DataDir, adminUrl: string): Promise<RoleUrls> {
  const roles = [...SERVICES_WITH_SCHEMA.flatMap((service) => [...Object.values<string>({ ...roleNames(service) })]), EVENT_LOG_ROLE];
  const passwords = await rolePasswords(dataDir, roles);
  await provisionDatabase(adminUrl, { passwords });
  const files: [string, string][] = [];
  for (const role of roles) {
    const url = new URL(adminUrl);
    url.username = role;
    url.password = passwords[role] ?? '';
    files.push([role, await dataDir.writeSecret(path.join('secrets', `url-${role}`), url.href)]);
  }
  return Object.fromEntries(files);
}

/** For people and logs. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
