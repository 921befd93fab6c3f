/** What a caller may be allowed to do. A route names exactly one. */
export const PERMISSIONS = [
  'tools:read',
  'tools:write',
  /** Switch a tool on or off for the caller's tenant. */
  'tools:enable',
  'agents:read',
  'agents:write',
  'executions:read',
  /** Execute, cancel, rerun. */
  'executions:execute',
  'approvals:read',
  'approvals:decide',
  /** Let an agent type use a dangerous tool without approval. */
  'approvals:lift',
  'audit:read',
  'dead-letters:read',
  /** Redrive and discard. */
  'dead-letters:redrive',
  'exceptions:read',
  'exceptions:write',
  'playbooks:read',
  'playbooks:write',
  /** Start and cancel runs, complete, retry and skip steps. */
  'playbooks:run',
  'keys:manage',
  'kill-switches:read',
  'kill-switches:write',
  'policies:simulate',
  'overview:read',
  /** Read and change the caller's own tenant; foreign ones need `tenants:manage`. */
  'tenant:read',
  'tenants:manage',
  /** Change what belongs to no tenant. */
  'global:write',
  /** Have a look at oneself; every caller may. */
  'self:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['viewer', 'operator', 'builder', 'approver', 'auditor', 'tenant-admin', 'platform-admin'] as const;
export type Role = (typeof ROLES)[number];

const READS = [
  'self:read',
  'tenant:read',
  'tools:read',
  'agents:read',
  'executions:read',
  'approvals:read',
  'exceptions:read',
  'playbooks:read',
  'kill-switches:read',
  'overview:read',
] as const satisfies readonly Permission[];

const OPERATES = [
  ...READS,
  'executions:execute',
  'exceptions:write',
  'playbooks:run',
  'dead-letters:read',
  'dead-letters:redrive',
] as const satisfies readonly Permission[];

const BUILDS = [...OPERATES, 'tools:write', 'tools:enable', 'agents:write', 'playbooks:write', 'policies:simulate'] as const satisfies readonly Permission[];

const ADMINISTERS = [...BUILDS, 'approvals:decide', 'approvals:lift', 'audit:read', 'keys:manage', 'kill-switches:write'] as const satisfies readonly Permission[];

/** Who may do what. A key has several roles; what one of them allows is allowed. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = Object.freeze({
  viewer: READS,
  operator: OPERATES,
  builder: BUILDS,
  approver: [...READS, 'approvals:decide'],
  auditor: [...READS, 'audit:read'],
  'tenant-admin': ADMINISTERS,
  'platform-admin': PERMISSIONS,
});

const SETS = new Map<string, ReadonlySet<Permission>>(ROLES.map((role) => [role, new Set(ROLE_PERMISSIONS[role])]));

/** A role that this version does not know allows nothing. */
export const mayDo = (roles: readonly string[], permission: Permission): boolean =>
  roles.some((role) => SETS.get(role)?.has(permission) ?? false);

/** Every permission of these roles, in the order of the table. */
export const permissionsOf = (roles: readonly string[]): readonly Permission[] =>
  PERMISSIONS.filter((permission) => mayDo(roles, permission));
