import { verdicts, type Rule } from '../rule.js';

const is = verdicts('kill_switch');
const FAIL = {
  tool: is.fail('KILL_SWITCH', 'the kill switch of this tool is on'),
  agent: is.fail('KILL_SWITCH', 'the kill switch of this agent is on'),
  tenant: is.fail('KILL_SWITCH', 'the kill switch of this tenant is on'),
};

export const killSwitch: Rule = { name: 'kill_switch', judge: ({ killed }) => (killed ? FAIL[killed] : is.pass) };
