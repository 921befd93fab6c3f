import { mayDo, permissionsOf, PERMISSIONS, ROLE_PERMISSIONS, ROLES } from './permissions.js';

describe('roles and permissions', () => {
  it.each([
    ['viewer', 'tools:read', true],
    ['viewer', 'executions:execute', false],
    ['viewer', 'approvals:decide', false],
    ['viewer', 'audit:read', false],
    ['operator', 'executions:execute', true],
    ['operator', 'dead-letters:redrive', true],
    ['operator', 'tools:write', false],
    ['builder', 'tools:write', true],
    ['builder', 'keys:manage', false],
    ['approver', 'approvals:decide', true],
    ['approver', 'executions:execute', false],
    ['auditor', 'audit:read', true],
    ['tenant-admin', 'keys:manage', true],
    ['tenant-admin', 'kill-switches:write', true],
    ['tenant-admin', 'tenants:manage', false],
    ['tenant-admin', 'global:write', false],
    ['platform-admin', 'tenants:manage', true],
    ['a role nobody knows', 'tools:read', false],
    ['__proto__', 'tools:read', false],
  ] as const)('%s and %s: %p', (role, permission, allowed) => {
    expect(mayDo([role], permission)).toBe(allowed);
  });

  it('allows what one of several roles allows', () => {
    expect(mayDo(['auditor', 'operator'], 'executions:execute')).toBe(true);
    expect(mayDo([], 'self:read')).toBe(false);
  });

  it('gives the platform administrator everything, and every permission to somebody', () => {
    expect(permissionsOf(['platform-admin'])).toEqual(PERMISSIONS);
    expect(ROLES.every((role) => ROLE_PERMISSIONS[role].length > 0)).toBe(true);
  });
});
