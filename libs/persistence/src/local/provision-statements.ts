/** Services that own a schema. The event log's embedded form has a schema of its own beside them. */
export const SERVICES_WITH_SCHEMA = ['registry', 'validation', 'execution', 'audit', 'playbook'] as const;
export const EVENT_LOG_ROLE = 'event_log';

export interface ServiceRoles {
  /** Owns the schema and migrates it. */
  readonly owner: string;
  /** Serves HTTP, one tenant at a time. */
  readonly api: string;
  /** Consumers, relay, sweeper: one transaction may span tenants. */
  readonly worker: string;
}

export const roleNames = (service: string): ServiceRoles => {
  if (!/^[a-z][a-z_]*$/.test(service)) throw new Error(`${JSON.stringify(service)} cannot name a schema and its roles`);
  return { owner: `${service}_owner`, api: `${service}_api`, worker: `${service}_worker` };
};

/** Every role that provisioning makes for these services. */
export const allRoles = (services: readonly string[]): string[] => [
  ...services.flatMap((service) => Object.values(roleNames(service) as unknown as Record<string, string>)),
  EVENT_LOG_ROLE,
];

export interface ProvisionStatement {
  /** The statement is skipped where this query gives a row. */
  readonly unless?: string;
  readonly sql: string;
}

/**
 * What an empty database needs before a service may start: schemas, and roles that are neither superuser nor exempt from row-level
 * security. Every statement may run again. `deploy/postgres/provision.sql` is written from the same list.
 * @param password gives the literal, quotes and all, that stands for a role's password
 */
export function provisionStatements(services: readonly string[], password: (role: string) => string): ProvisionStatement[] {
  return [
    ...allRoles(services).flatMap((role) => roleStatements(role, password(role))),
    ...services.flatMap(schemaStatements),
    ...ownSchema(EVENT_LOG_ROLE, EVENT_LOG_ROLE),
  ];
}

/** Nothing but `login`: a new role is neither superuser nor exempt from policies, and only a superuser may say so. */
const roleStatements = (role: string, password: string): ProvisionStatement[] => [
  { unless: `select from pg_roles where rolname = '${role}'`, sql: `create role ${role}` },
  { sql: `alter role ${role} login password ${password}` },
];

/** Whoever is no superuser may give away only what it could take back: hence the grant. */
const ownSchema = (schema: string, owner: string): ProvisionStatement[] => [
  { sql: `grant ${owner} to current_user` },
  { unless: `select from pg_namespace where nspname = '${schema}'`, sql: `create schema ${schema} authorization ${owner}` },
];

function schemaStatements(service: string): ProvisionStatement[] {
  const { owner, api, worker } = roleNames(service);
  return [...ownSchema(service, owner), { sql: `grant usage on schema ${service} to ${api}, ${worker}` }];
}
