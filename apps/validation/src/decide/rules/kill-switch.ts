import { verdicts, type Rule } from '../rule.js';

const is = verdicts('kill_switch');
const FAIL = {
  tool: is.fail('KILL_SWITCH', 'the kill switch of this tool is on', { target: 'tool' }),
  agent: is.fail('KILL_SWITCH', 'the kill switch of this agent is on', { target: 'agent' }),
  tenant: is.fail('KILL_SWITCH', 'the kill switch of this tenant is on', { target: 'tenant' }),
};

export const killSwitch: Rule = { name: 'kill_switch', judge: ({ killed }) => (killed ? FAIL[killed] : is.pass) };
