import type { AgentBody, ToolBody } from '@toolplane/contracts/documents';
import { EventLog } from '@toolplane/messaging';
import { definitionFaults } from '@toolplane/security/schemas';
import type { Caller } from '@toolplane/service-kit';
import { testService, type TestService } from '@toolplane/service-kit/testing';
import { SchemaProver } from '../proving/schema-prover.js';
import { registryConfig } from '../registry.config.js';
import { registryMigrations } from '../registry.migrations.js';
import { RegistryModule } from '../registry.module.js';

export const ADMIN_KEY = 'tp_the-first-administrators-key-of-this-test';
/** The platform administrator, acting in tenant demo. */
export const ADMIN: Partial<Omit<Caller, 'token'>> = { roles: ['platform-admin'], principal: { type: 'user', id: 'admin' } };
export const as = (tenantId: string, ...roles: string[]): Partial<Omit<Caller, 'token'>> => ({ tenantId, roles: roles.length > 0 ? roles : ['tenant-admin'] });

export const echo: ToolBody = { name: 'echo', description: 'Says it again.', category: 'test', type: 'dummy', inputSchema: { type: 'object' } };

export const analyst: AgentBody = { name: 'secret_analyst', displayName: 'Analyst', model: 'a-model', systemPrompt: 'Look closely.' };

/** Proves without the thread, which has a spec of its own and would have to be started in each. */
export const inlineProver = { faults: (body: ToolBody) => Promise.resolve(definitionFaults(body)) } as SchemaProver;

/** An event log that holds something and never changes. */
export const quietLog = { clusterId: 'a-log', ping: () => Promise.resolve(), endOffsets: () => Promise.resolve([{ first: 0n, end: 1n }]), close: () => Promise.resolve() };

export interface TestRegistry extends TestService {
  provision(...ids: string[]): Promise<void>;
}

/** The registry under test, with tenant `demo`. */
export function testRegistry(env: Readonly<Record<string, string>> = {}, log: object = quietLog): TestRegistry {
  const service = testService(RegistryModule, {
    definition: registryConfig,
    database: { service: 'registry', migrations: registryMigrations },
    env: { BOOTSTRAP_ADMIN_KEY: ADMIN_KEY, ...env },
    fakes: [
      { provide: EventLog, useValue: log },
      { provide: SchemaProver, useValue: inlineProver },
    ],
  });
  const provision = async (...ids: string[]): Promise<void> => {
    for (const id of ids) await service.http({ method: 'POST', url: '/api/tenants', body: { id, displayName: id }, as: ADMIN });
  };
  beforeAll(() => provision('demo'));
  return Object.assign(Object.create(service) as TestService, { provision });
}
