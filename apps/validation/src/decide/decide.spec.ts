import { RULE_NAMES, RULE_SET, RULE_SETS, type RuleName } from '@toolplane/contracts/events';
import { digest } from '@toolplane/security/chain';
import fc from 'fast-check';
import { sampleTool } from '../testing/sample.js';
import { DECISIONS, HANGS_ON, ORDINARY } from './decide.cases.js';
import { decide } from './decide.js';
import type { Case } from './rule.js';
import { RULES } from './rules/rules.js';

const caseOf = (title: string): readonly [title: string, given: Case] => {
  const found = DECISIONS.find(([each]) => each === title);
  if (!found) throw new Error(`there is no case ${title}`);
  return [title, found[1]];
};

describe('a decision', () => {
  it.each(DECISIONS)('about %s', (_title, given, outcome, code, verdicts) => {
    const decision = decide(given);
    expect({ outcome: decision.outcome, code: decision.failed?.code ?? null }).toEqual({ outcome, code });
    expect(decision.rules.map(({ verdict }) => verdict[0]).join('')).toBe(verdicts.replaceAll(' ', ''));
  });

  it('judges every rule of the promised set, in its order', () => {
    expect(RULES.map(({ name }) => name)).toEqual(RULE_NAMES);
    expect(decide(ORDINARY).rules.map(({ rule }) => rule)).toEqual(RULE_NAMES);
    expect(digest(RULE_SETS[RULE_SET])).toBe(RULE_SET);
  });

  it('says where a payload is wrong, and never what it held', () => {
    const [, given] = DECISIONS.find(([title]) => title === 'a payload that breaks the schema') ?? [];
    expect(decide(given as Case).failed).toMatchObject({ rule: 'input_schema', details: [{ pointer: '/text', detail: 'must be string' }] });
  });

  it('shows what a rule looked at, and of a value that it denies no more than may be seen', () => {
    const [title, given] = caseOf('a value that is denied');
    expect([title, decide(given).failed?.details]).toEqual([
      title, [{ pointer: '/text', detail: 'has a denied value', denied: '/etc', value: '/var/../etc/passwd' }],
    ]);
    const secret = decide({ ...given, sensitive: ['/text'] }).failed;
    expect(secret?.details).toEqual([{ pointer: '/text', detail: 'has a denied value', denied: '/etc', value: '[redacted]' }]);
    const ruleOf = (name: RuleName, of: string) => decide(caseOf(of)[1]).rules.find(({ rule }) => rule === name)?.details;
    expect(ruleOf('defaults', 'a default for what the schema requires')).toEqual({ filledIn: ['/text'] });
    expect(ruleOf('usage_limit', 'no use that is left')).toEqual({ limit: 2, used: 2 });
    expect(ruleOf('agent_assignment', 'a request against the pin')).toEqual({ pinned: '1.1.0', requested: '1.0.0' });
    expect(ruleOf('parameters_allowed', 'a parameter that is not allowed')).toMatchObject([{ pointer: '/extra' }]);
    expect(ruleOf('approval', 'a dangerous tool that an assignment lifts')).toEqual({ liftedBy: 'assignment' });
  });

  describe.each(RULES.map((rule) => [rule.name, rule] as const))('without %s', (name, rule) => {
    // Defaults are filled in before anything is judged: without them the rules see what the caller sent.
    const off = (given: Case) => (name === 'defaults' ? decide({ ...given, payload: given.sent }) : decide(given, RULES.filter((each) => each !== rule)));
    const said = ({ outcome, failed }: ReturnType<typeof decide>) => [outcome, failed?.code ?? null];

    it(`would be another one about ${HANGS_ON[name]}`, () => {
      const [, given] = caseOf(HANGS_ON[name]);
      expect(said(off(given))).not.toEqual(said(decide(given)));
    });

    it.each(RULE_NAMES.filter((other) => other !== name && !(name === 'approval' && other === 'defaults')).map((other) => HANGS_ON[other]))('would be the same about %s', (title) => {
      const [, given] = caseOf(title);
      expect(said(off(given))).toEqual(said(decide(given)));
    });
  });

  it('without anybody who says that no approval is needed lets nothing run', () => {
    expect(decide(ORDINARY, RULES.filter(({ name }) => name !== 'approval')).outcome).toBe('approval_required');
  });

  const cases = fc.record<Case>({
    tenantId: fc.constant('demo'),
    tenant: fc.option(fc.record({ id: fc.constant('demo'), displayName: fc.constant(''), status: fc.constantFrom('active', 'suspended', 'deleted') }), { nil: undefined }),
    wantedVersion: fc.option(fc.constant('1.0.0'), { nil: undefined }),
    agent: fc.option(fc.constant('analysis')),
    agentKnown: fc.boolean(),
    agentEnabled: fc.boolean(),
    assignment: fc.constantFrom(...DECISIONS.map(([, { assignment }]) => assignment)),
    denials: fc.constantFrom(...DECISIONS.map(([, { denials }]) => denials)),
    sensitive: fc.constant(['/key']),
    sessionId: fc.constantFrom('s', null),
    usage: fc.option(fc.record({ limit: fc.constant(2), used: fc.nat({ max: 3 }) })),
    granted: fc.boolean(),
    sent: fc.constantFrom(...DECISIONS.map(([, { sent }]) => sent)),
    payload: fc.constantFrom(...DECISIONS.map(([, { payload }]) => payload)),
    tool: fc.option(
      fc.record({
        tenantId: fc.constantFrom('demo', 'acme', null), enabled: fc.boolean(), isDangerous: fc.boolean(), requiresApproval: fc.boolean(),
        name: fc.constantFrom('echo', 'finish'),
      }).map(sampleTool),
      { nil: undefined },
    ),
    version: fc.option(fc.constant(ORDINARY.version), { nil: undefined }),
    schema: fc.option(fc.constant(ORDINARY.schema), { nil: undefined }),
    switchedOff: fc.boolean(),
    killed: fc.constantFrom('tool', 'agent', 'tenant', null),
  });

  it('allows nothing that any rule failed, and nothing dangerous without an approval', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { outcome, failed, rules } = decide(given);
        expect(outcome === 'rejected').toBe(rules.some(({ verdict }) => verdict === 'fail'));
        expect(failed).toBe(rules.find(({ verdict }) => verdict === 'fail') ?? null);
        if (outcome !== 'allowed') return;
        expect(given.tool?.enabled).toBe(true);
        const harmless = !given.tool?.isDangerous && !given.tool?.requiresApproval;
        expect(given.granted || (given.assignment?.requiresApproval ?? !harmless) === false || given.tool?.name === 'finish').toBe(true);
        expect([given.tenant?.status, given.killed, given.switchedOff]).toEqual(['active', null, false]);
        expect(given.tool?.tenantId === null || given.tool?.tenantId === 'demo').toBe(true);
        const { agent, assignment, agentKnown, agentEnabled, usage } = given;
        if (agent === null || (given.tool?.name === 'finish' && harmless)) return;
        expect([agentKnown, agentEnabled, assignment?.enabled, assignment?.allowUse]).toEqual([true, true, true, true]);
        if (assignment && assignment.usageLimit >= 0) expect(usage?.used).toBeLessThan(usage?.limit ?? 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same for the same case', () => {
    fc.assert(fc.property(cases, (given) => expect(decide(given)).toEqual(decide(given))));
  });
});
