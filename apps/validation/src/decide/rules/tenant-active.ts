import { verdicts, type Rule } from '../rule.js';

const is = verdicts('tenant_active');
const FAIL = is.fail('TENANT_INACTIVE', 'the tenant is suspended or deleted');

export const tenantActive: Rule = { name: 'tenant_active', judge: ({ tenant }) => (tenant?.status === 'active' ? is.pass : FAIL) };
