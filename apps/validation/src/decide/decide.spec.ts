import { RULE_NAMES, RULE_SET, RULE_SETS } from '@toolplane/contracts/events';
import { digest } from '@toolplane/security/chain';
import fc from 'fast-check';
import { sampleTool } from '../testing/sample.js';
import { DECISIONS, ORDINARY } from './decide.cases.js';
import { decide } from './decide.js';
import type { Case } from './rule.js';
import { RULES } from './rules/rules.js';

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

  const cases = fc.record<Case>({
    tenantId: fc.constant('demo'),
    tenant: fc.option(fc.record({ id: fc.constant('demo'), displayName: fc.constant(''), status: fc.constantFrom('active', 'suspended', 'deleted') }), { nil: undefined }),
    wantedVersion: fc.option(fc.constant('1.0.0'), { nil: undefined }),
    agent: fc.option(fc.constant('analysis')),
    agentKnown: fc.boolean(),
    agentEnabled: fc.boolean(),
    assignment: fc.constant(undefined),
    denials: fc.constant(undefined),
    sensitive: fc.constant(['/key']),
    sessionId: fc.constant(null),
    usage: fc.constant(null),
    granted: fc.constant(false),
    sent: fc.constant(ORDINARY.sent),
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
        expect(given.tool).toMatchObject({ enabled: true, isDangerous: false, requiresApproval: false });
        expect([given.tenant?.status, given.killed, given.switchedOff]).toEqual(['active', null, false]);
        expect(given.tool?.tenantId === null || given.tool?.tenantId === 'demo').toBe(true);
        expect(given.agent === null || given.tool?.name === 'finish').toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same for the same case', () => {
    fc.assert(fc.property(cases, (given) => expect(decide(given)).toEqual(decide(given))));
  });
});
