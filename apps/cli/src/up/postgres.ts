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

/** Every role of a deployment: three for each service with a schema, and that of the embedded event log. */
export const databaseRoles = (): string[] => [
  ...SERVICES_WITH_SCHEMA.flatMap((service) => Object.values<string>({ ...roleNames(service) })),
  EVENT_LOG_ROLE,
];

/** Makes schemas and roles with the passwords of the folder, generated where there are none yet. */
export async function provisionRoles(dataDir: DataDir, adminUrl: string): Promise<void> {
  await provisionDatabase(adminUrl, { passwords: await rolePasswords(dataDir, databaseRoles()) });
}

/** Writes each role's URL into a file of its own, only for its owner to read. */
export async function writeRoleUrls(dataDir: DataDir, serverUrl: string): Promise<RoleUrls> {
  const passwords = await rolePasswords(dataDir, databaseRoles());
  const files: [string, string][] = [];
  for (const [role, password] of Object.entries(passwords)) {
    const url = new URL(serverUrl);
    url.username = role;
    url.password = password;
    files.push([role, await dataDir.writeSecret(`secrets/url-${role}`, url.href)]);
  }
  return Object.fromEntries(files);
}

/** For people and logs. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
