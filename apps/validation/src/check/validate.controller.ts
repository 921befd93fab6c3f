import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ExecuteBody } from '@toolplane/contracts/http';
import { Database } from '@toolplane/persistence';
import { redact } from '@toolplane/security/redaction';
import { Caller, CheckedBody, Permission } from '@toolplane/service-kit';
import { Cases } from '../decide/cases.js';
import { decide } from '../decide/decide.js';
import type { Case, Verdict } from '../decide/rule.js';
import { needsApproval } from '../decide/rules/approval.js';
import { counterOf } from '../limits/counter-of.js';
import { ledgerStore } from '../limits/ledger.store.js';
import { ProjectionState } from '../projection/projection-state.js';
import { ValidationAnswer } from './validation-answer.js';

/** Says what would become of a request, without any effect. */
@Controller(['api/tools', 'api/v2/tools'])
export class ValidateController {
  constructor(
    private readonly cases: Cases,
    private readonly state: ProjectionState,
    private readonly database: Database,
  ) {}

  @Post(':tool/validate')
  @HttpCode(200)
  @Permission('tools:read', {
    summary: 'Say what would become of a request, rule by rule',
    answers: { 200: ValidationAnswer },
    errors: ['REQUEST_INPUT_INVALID', 'NOT_READY', 'FORBIDDEN'],
  })
  async validate(
    @Caller() caller: Caller,
    @Param('tool') tool: string,
    @CheckedBody(ExecuteBody, { code: 'REQUEST_INPUT_INVALID' }) body: ExecuteBody,
  ): Promise<ValidationAnswer> {
    this.state.mustBeComplete();
    const { given } = this.cases.of({
      tenantId: caller.tenantId, tool, version: body.version, agent: agentOf(caller, body), sessionId: body.sessionId ?? null, payload: body.payload,
    });
    const { failed, rules } = decide({ ...given, usage: await this.usageOf(given) });
    return {
      allowed: failed === null,
      code: failed?.code ?? null,
      effectivePayload: redact(given.payload.value, { pointers: given.sensitive, sealed: true }).value,
      approvalRequired: needsApproval(given),
      rules: rules.map(shown),
    };
  }

  /** As it stands at this moment: another request may come first. */
  private async usageOf(given: Case): Promise<Case['usage']> {
    const counter = counterOf(given);
    if (!counter) return null;
    const used = await this.database.asTenant(given.tenantId, (tx) => ledgerStore.used(tx, counter.key));
    return { limit: counter.limit, used };
  }
}

const shown = (verdict: Verdict): ValidationAnswer['rules'][number] => ({
  rule: verdict.rule,
  verdict: verdict.verdict,
  code: verdict.verdict === 'fail' ? verdict.code : null,
  reason: verdict.reason,
  details: verdict.details ?? null,
});

/** A key of type agent always acts as its agent. */
function agentOf({ agent }: Caller, body: ExecuteBody): string | null {
  if (agent !== null && body.agent !== undefined && body.agent !== agent) {
    throw new ToolplaneError('FORBIDDEN', { message: 'this key acts as another agent', details: [{ pointer: '/agent', detail: `leave it out or send ${agent}` }] });
  }
  return agent ?? body.agent ?? null;
}
