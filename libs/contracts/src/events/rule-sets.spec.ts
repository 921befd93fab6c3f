import { createHash } from 'node:crypto';
import { NO_AGENT, RULE_NAMES, RULE_SET, RULE_SET_WITHOUT_AGENT, RULE_SETS, expandRules } from './rule-sets.js';

describe('rule sets', () => {
  it.each(Object.entries(RULE_SETS))('%s is the digest of its rules: a set that exists is never changed', (digest, rules) => {
    // Arrays of strings: their JSON text is their canonical form.
    expect(createHash('sha256').update(JSON.stringify(rules)).digest('hex')).toBe(digest);
  });

  it('holds the rules of the interface, in their order', () => {
    expect(RULE_NAMES.join(' ')).toBe(
      'tenant_active tool_exists scope enablement kill_switch agent_assignment parameters_allowed defaults parameters_denied input_schema usage_limit approval',
    );
  });

  it('expands what travelled to every rule', () => {
    const failed = { rule: 'enablement', verdict: 'fail', code: 'TOOL_DISABLED', reason: 'off' } as const;
    const rules = expandRules(RULE_SET, [failed]);
    expect(rules.map(({ rule }) => rule)).toEqual(RULE_NAMES);
    expect(rules[3]).toEqual({ ...failed, details: null });
    expect(rules.filter(({ verdict }) => verdict === 'pass')).toHaveLength(RULE_NAMES.length - 1);
    expect(rules[0]).toEqual({ rule: 'tenant_active', verdict: 'pass', code: null, reason: 'the tenant is active', details: null });
  });

  it('expands a decision about nobody’s agent, of which nothing travelled', () => {
    const rules = expandRules(RULE_SET_WITHOUT_AGENT, []);
    expect(rules.map(({ rule }) => rule)).toEqual(RULE_NAMES);
    expect(rules.map(({ verdict }) => verdict[0]).join('')).toBe('pppppsssspsp');
    expect(rules[5]).toEqual({ rule: 'agent_assignment', verdict: 'skipped', code: null, reason: NO_AGENT, details: null });
  });

  it('shows what passed with its details, and says why from the set', () => {
    expect(expandRules(RULE_SET, [{ rule: 'defaults', verdict: 'pass', details: { filledIn: ['/a'] } }])[7]).toEqual({
      rule: 'defaults', verdict: 'pass', code: null, reason: 'defaults are filled in', details: { filledIn: ['/a'] },
    });
  });

  it('shows of an unknown set what travelled', () => {
    expect(expandRules('other', [{ rule: 'x', verdict: 'skipped' }])).toEqual([{ rule: 'x', verdict: 'skipped', code: null, reason: '', details: null }]);
  });
});
