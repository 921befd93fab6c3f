import { expandRules, RULE_SETS, type ExpandedVerdict, type ToolExecutionDecided } from '@toolplane/contracts/events';
import { canonical } from '@toolplane/security/chain';

type Travelled = ToolExecutionDecided['data']['rules'];

/** What an entry shows of a decision: every rule. What it stores: the rule set's digest and the few that did not pass. */
export interface WholeRules {
  /** Null for a set that only a newer release knows: then its entry stores what it shows, for a later release would expand it otherwise. */
  readonly ruleSet: string | null;
  readonly travelled: Travelled;
  readonly rules: readonly ExpandedVerdict[];
  /** Canonical text of what travelled. */
  readonly stored: string;
  /** Canonical text of `rules`, which is the longest part of a decision and the same for nearly every one. */
  readonly canonical: string;
}

const MOST_KEPT = 500;
/** Verdicts that name values of one request are of no use to another one. */
const LONGEST_KEPT = 1_000;
const kept = new Map<string, WholeRules>();

/** Made once for each set and what did not pass: an ordinary decision costs a look-up, not twelve objects and their text. */
export function wholeRules(ruleSet: string, travelled: Travelled): WholeRules {
  const key = `${ruleSet} ${JSON.stringify(travelled)}`;
  const known = kept.get(key);
  if (known) return known;
  const rules = Object.freeze(expandRules(ruleSet, travelled).map((rule) => Object.freeze(rule)));
  const made: WholeRules = { ruleSet: Object.hasOwn(RULE_SETS, ruleSet) ? ruleSet : null, travelled, rules, stored: canonical(travelled), canonical: canonical(rules) };
  if (key.length > LONGEST_KEPT) return made;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, made);
  return made;
}
