import type { RegistryAssignment, RegistryTenant, RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import type { ErrorCode, FieldError } from '@toolplane/contracts/errors';
import { passes, type RuleName } from '@toolplane/contracts/events';
import type { CompiledDenials, CompiledSchema, RefusedDenials, RefusedSchema } from '@toolplane/security/schemas';
import type { MeasuredPayload } from './payload.js';

/** Everything a decision is made of, and nothing else: the same case gets the same decision. */
export interface Case {
  readonly tenantId: string;
  readonly tenant: RegistryTenant | undefined;
  /** Version that was asked for; undefined: the current one. */
  readonly wantedVersion: string | undefined;
  readonly agent: string | null;
  /** Whether an agent type of that name exists for the tenant, its own or a global one. */
  readonly agentKnown: boolean;
  readonly agentEnabled: boolean;
  /** What that agent may do with this tool; undefined: nothing, unless it is a control tool. */
  readonly assignment: RegistryAssignment | undefined;
  /** Its denied values, compiled; undefined without an assignment. */
  readonly denials: CompiledDenials | RefusedDenials | undefined;
  readonly sessionId: string | null;
  /** Uses in this session, where the assignment limits them; null where it does not, or where nobody has counted them. */
  readonly usage: { readonly limit: number; readonly used: number } | null;
  /** Whether an approval of this very call was given. */
  readonly granted: boolean;
  /** As the caller sent it. */
  readonly sent: MeasuredPayload;
  /** What is left after the assignment's defaults; the very same object where nothing was filled in. */
  readonly payload: MeasuredPayload;
  readonly tool: RegistryTool | undefined;
  readonly version: RegistryToolVersion | undefined;
  /** The input schema of that version, compiled. */
  readonly schema: CompiledSchema | RefusedSchema | undefined;
  /** JSON Pointers of what that schema marks as sensitive, or, without it, that of the current version: a verdict may not show it. */
  readonly sensitive: readonly string[];
  /** Whether the tenant has switched the tool off for itself. */
  readonly switchedOff: boolean;
  /** What a kill switch stops here. */
  readonly killed: 'tool' | 'agent' | 'tenant' | null;
}

export type Verdict = Passed | Failed | Skipped;
/** What a rule looked at, redacted; small, and nothing that another tenant could learn from. */
export type Details = readonly Finding[] | Readonly<Record<string, unknown>>;
/** A place in the payload and what is wrong there, perhaps with more. */
export interface Finding extends FieldError {
  readonly value?: unknown;
  readonly denied?: unknown;
}
export interface Passed {
  readonly rule: RuleName;
  readonly verdict: 'pass';
  readonly reason: string;
  readonly details?: Details;
}
export interface Failed {
  readonly rule: RuleName;
  readonly verdict: 'fail';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly details?: Details;
}
export interface Skipped {
  readonly rule: RuleName;
  readonly verdict: 'skipped';
  readonly reason: string;
  readonly details?: Details;
}

export interface Rule {
  readonly name: RuleName;
  readonly judge: (given: Case) => Verdict;
}

/** Verdicts of one rule. Those that say nothing of the single request are made once and frozen. */
export const verdicts = (rule: RuleName) => ({
  pass: Object.freeze<Passed>({ rule, verdict: 'pass', reason: passes(rule) }),
  passWith: (details: Details): Passed => ({ rule, verdict: 'pass', reason: passes(rule), details }),
  fail: (code: ErrorCode, reason: string, details?: Details): Failed =>
    Object.freeze<Failed>({ rule, verdict: 'fail', code, reason, ...(details && { details }) }),
  skipped: (reason: string, details?: Details): Skipped => Object.freeze<Skipped>({ rule, verdict: 'skipped', reason, ...(details && { details }) }),
});

/** What of a refusal's details says where in the payload something is wrong: the `errors[]` of its error. */
export const faultsOf = ({ details }: Failed): readonly FieldError[] =>
  Array.isArray(details) ? (details as readonly Finding[]).map(({ pointer, detail }) => ({ pointer, detail })) : [];
