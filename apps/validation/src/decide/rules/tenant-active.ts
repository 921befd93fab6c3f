import { verdicts, type Rule } from '../rule.js';

const is = verdicts('tenant_active');
const UNKNOWN = is.fail('TENANT_INACTIVE', 'there is no such tenant', { status: null });
const SUSPENDED = is.fail('TENANT_INACTIVE', 'the tenant is suspended', { status: 'suspended' });
const DELETED = is.fail('TENANT_INACTIVE', 'the tenant is deleted', { status: 'deleted' });

export const tenantActive: Rule = {
  name: 'tenant_active',
  judge: ({ tenant }) => (!tenant ? UNKNOWN : tenant.status === 'active' ? is.pass : tenant.status === 'suspended' ? SUSPENDED : DELETED),
};
