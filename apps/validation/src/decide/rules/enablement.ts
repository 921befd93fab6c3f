import { verdicts, type Rule } from '../rule.js';

const is = verdicts('enablement');
const OFF = is.fail('TOOL_DISABLED', 'the tool is switched off', { switchedOffBy: 'tool' });
const OFF_HERE = is.fail('TOOL_DISABLED', 'the tool is switched off for this tenant', { switchedOffBy: 'tenant' });
const SKIPPED = is.skipped('there is no such tool');

/** A tenant's word can only narrow: what is switched off for everyone stays off. */
export const enablement: Rule = {
  name: 'enablement',
  judge: ({ tool, switchedOff }) => (!tool ? SKIPPED : !tool.enabled ? OFF : switchedOff ? OFF_HERE : is.pass),
};
