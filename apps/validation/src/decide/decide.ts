import type { Case, Failed, Rule, Verdict } from './rule.js';
import { RULES } from './rules/rules.js';

export type Decision =
  | { readonly outcome: 'rejected'; readonly failed: Failed; readonly rules: readonly Verdict[] }
  | { readonly outcome: 'allowed' | 'approval_required'; readonly failed: null; readonly rules: readonly Verdict[] };

/** Same case, same decision. Every rule is judged, those after a failure too: a refusal says all that is wrong. */
export function decide(given: Case, rules: readonly Rule[] = RULES): Decision {
  const said: Verdict[] = new Array(rules.length);
  let failed: Failed | null = null;
  let approved = false;
  for (let i = 0; i < rules.length; i++) {
    const verdict = (rules[i] as Rule).judge(given);
    said[i] = verdict;
    if (verdict.verdict === 'fail') failed ??= verdict;
    else if (verdict.verdict === 'pass' && verdict.rule === 'approval') approved = true;
  }
  if (failed) return { outcome: 'rejected', failed, rules: said };
  // Nothing runs because nobody has asked whether it may.
  return { outcome: approved ? 'allowed' : 'approval_required', failed: null, rules: said };
}
