import { ToolplaneError } from '@toolplane/contracts/errors';
import { GLOBAL } from '@toolplane/contracts/ids';
import { mayDo, type Caller } from '@toolplane/service-kit';

/**
 * The chain that a caller asks about: the own tenant's, or that of the platform, where lies what belongs to no tenant.
 * @throws ToolplaneError FORBIDDEN for who may not change what belongs to no tenant
 */
export function chainOf({ tenantId, roles }: Pick<Caller, 'tenantId' | 'roles'>, scope: 'tenant' | 'global' = 'tenant'): string {
  if (scope === 'tenant') return tenantId;
  if (!mayDo(roles, 'global:write')) throw new ToolplaneError('FORBIDDEN', { message: 'the platform’s own audit is for its administrators' });
  return GLOBAL;
}
