import { Controller, HttpCode, Post } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { CheckAnswer, CheckBody } from '@toolplane/contracts/http';
import { Caller, CheckedBody, Permission } from '@toolplane/service-kit';
import { Cases } from '../decide/cases.js';
import { faultsOf } from '../decide/rule.js';
import { inputSchema } from '../decide/rules/input-schema.js';
import { ProjectionState } from '../projection/projection-state.js';

/** What the gateway asks before it accepts: existence and input schema, without any effect. Everything else is decided, visibly, later. */
@Controller('internal/checks')
export class ChecksController {
  constructor(
    private readonly cases: Cases,
    private readonly state: ProjectionState,
  ) {}

  @Post()
  @HttpCode(200)
  @Permission('executions:execute', {
    summary: 'Check that a tool exists and takes a payload',
    answers: { 200: CheckAnswer },
    errors: ['TOOL_NOT_FOUND', 'REQUEST_INPUT_INVALID', 'REQUEST_TOO_LARGE', 'NOT_READY'],
  })
  check(@Caller() { tenantId }: Caller, @CheckedBody(CheckBody, { code: 'REQUEST_INPUT_INVALID' }) body: CheckBody): CheckAnswer {
    this.state.mustBeComplete();
    const { given, compiled } = this.cases.of({
      tenantId, tool: body.tool, version: body.version, agent: body.agent ?? null, sessionId: null, payload: body.payload,
    });
    const { tool } = given;
    if (!tool) throw new ToolplaneError('TOOL_NOT_FOUND');
    const verdict = inputSchema.judge(given);
    if (verdict.verdict === 'fail') {
      throw new ToolplaneError(verdict.code, { message: verdict.reason, details: faultsOf(verdict) });
    }
    // A version that does not exist is decided about like any policy; until then the current one says what is secret.
    const terms = (compiled ?? this.cases.current(tool))?.terms;
    return {
      toolId: tool.id,
      toolName: tool.name,
      toolVersion: body.version ?? given.assignment?.version ?? tool.currentVersion,
      sensitive: terms?.sensitive ?? { input: ['/*'], output: ['/*'] },
    };
  }
}
