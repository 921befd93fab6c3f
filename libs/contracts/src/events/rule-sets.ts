import type { Static } from 'typebox';
import type { RuleVerdict } from './fields.js';

/** The rules of a decision in the order in which they are judged, with what each says when it passes. Sets are only ever added. */
const RULES = [
  ['tenant_active', 'the tenant is active'],
  ['tool_exists', 'the tool and the version exist'],
  ['scope', 'the tool is the tenant’s own or global'],
  ['enablement', 'the tool is enabled for this tenant'],
  ['kill_switch', 'no kill switch is on'],
  ['agent_assignment', 'the agent may use the tool'],
  ['parameters_allowed', 'every parameter is allowed'],
  ['defaults', 'defaults are filled in'],
  ['parameters_denied', 'no parameter has a denied value'],
  ['input_schema', 'the payload matches the input schema'],
  ['usage_limit', 'the usage limit is not reached'],
  ['approval', 'approved, or no approval is needed'],
] as const satisfies readonly (readonly [rule: string, passes: string])[];

export type RuleName = (typeof RULES)[number][0];
/** A rule with what is to be read where nothing of it travelled: it passed, or, by the third member, it was skipped. */
type RuleSet = readonly (readonly [rule: string, reason: string] | readonly [rule: string, reason: string, verdict: 'skipped'])[];

/** What the rules on agents say where none is named. */
export const NO_AGENT = 'no agent is named';
const OF_AGENTS: ReadonlySet<RuleName> = new Set(['agent_assignment', 'parameters_allowed', 'defaults', 'parameters_denied', 'usage_limit']);
export const isOfAgents = (rule: RuleName): boolean => OF_AGENTS.has(rule);
const RULES_WITHOUT_AGENT: RuleSet = RULES.map(([rule, passes]) => (isOfAgents(rule) ? [rule, NO_AGENT, 'skipped'] : [rule, passes]));

/** Digests of these rules (SHA-256 of their RFC 8785 form): what a decision names instead of what is as usual. */
export const RULE_SET = 'c73c4c76168f482261a7490e01b9593862d95f4e98a90bf512f927451e9f71fe';
export const RULE_SET_WITHOUT_AGENT = '656103953bfea61b76fd499f8d47b0cc3e4ac15be3a8635b8757b58a604ca98e';
export const RULE_SETS: Readonly<Record<string, RuleSet>> = Object.freeze({ [RULE_SET]: RULES, [RULE_SET_WITHOUT_AGENT]: RULES_WITHOUT_AGENT });
/** Names of the current set, in order. */
export const RULE_NAMES: readonly RuleName[] = Object.freeze(RULES.map(([rule]) => rule));

const reasons: ReadonlyMap<string, string> = new Map(RULES);
/** What a rule of the current set says when it passes. */
export const passes = (rule: RuleName): string => reasons.get(rule) ?? '';

export interface ExpandedVerdict {
  readonly rule: string;
  readonly verdict: 'pass' | 'fail' | 'skipped';
  readonly code: string | null;
  readonly reason: string;
  readonly details: unknown;
}

/** Every rule of a decision, in order, from the few that travelled. Of a set that this version does not know only those can be shown. */
export const expandRules = (ruleSet: string, travelled: readonly Static<typeof RuleVerdict>[]): readonly ExpandedVerdict[] => {
  const set = Object.hasOwn(RULE_SETS, ruleSet) ? RULE_SETS[ruleSet] : undefined;
  if (!set) return travelled.map((each) => expanded(each));
  return set.map(([rule, reason, verdict]): ExpandedVerdict => {
    const found = travelled.find((each) => each.rule === rule);
    // What passed travels where it has details, without its reason.
    return found ? expanded(found, reason) : { rule, verdict: verdict ?? 'pass', code: null, reason, details: null };
  });
};

const expanded = ({ rule, verdict, code, reason, details }: Static<typeof RuleVerdict>, passes = ''): ExpandedVerdict => ({
  rule,
  verdict,
  code: code ?? null,
  reason: reason ?? (verdict === 'pass' ? passes : ''),
  details: details ?? null,
});
