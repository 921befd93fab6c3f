import { verdicts, type Rule } from '../rule.js';

const is = verdicts('scope');
/** A foreign tool answers exactly as one that does not exist. */
const FOREIGN = is.fail('TOOL_NOT_FOUND', 'there is no such tool for this tenant');
const SKIPPED = is.skipped('there is no such tool');

export const scope: Rule = {
  name: 'scope',
  judge: ({ tool, tenantId }) => (!tool ? SKIPPED : tool.tenantId === null || tool.tenantId === tenantId ? is.pass : FOREIGN),
};
