import type { Case, Failed, Verdict } from './rule.js';
import { needsApproval } from './rules/approval.js';
import { RULES } from './rules/rules.js';

export type Decision =
  | { readonly outcome: 'rejected'; readonly failed: Failed; readonly rules: readonly Verdict[] }
  | { readonly outcome: 'allowed' | 'approval_required'; readonly failed: null; readonly rules: readonly Verdict[] };

const isFailed = (verdict: Verdict): verdict is Failed => verdict.verdict === 'fail';

/** Same case, same decision. Every rule is judged, those after a failure too: a refusal says all that is wrong. */
export function decide(given: Case): Decision {
  const rules = RULES.map(({ judge }) => judge(given));
  const failed = rules.find(isFailed);
  if (failed) return { outcome: 'rejected', failed, rules };
  return { outcome: needsApproval(given) ? 'approval_required' : 'allowed', failed: null, rules };
}
