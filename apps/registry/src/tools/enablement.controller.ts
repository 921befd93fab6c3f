import { Controller, Headers, Param, Put, Res } from '@nestjs/common';
import { Enablement, Tool } from '@toolplane/contracts/documents';
import { Caller, CheckedBody, Permission } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { ToolChanges } from './tool-changes.js';
import { answer, TOOL_PATHS } from './tools.controller.js';

@Controller(TOOL_PATHS)
export class EnablementController {
  constructor(private readonly changes: ToolChanges) {}

  @Put(':tool/enablement')
  @Permission('tools:enable', {
    summary: 'Switch a tool on or off for the caller’s tenant',
    answers: { 200: Tool },
    errors: ['TOOL_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED', 'PROVIDER_NOT_DEPLOYED'],
  })
  async enable(
    @Caller() caller: Caller,
    @Param('tool') tool: string,
    @CheckedBody(Enablement) { enabled }: Enablement,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tool> {
    return answer(reply, await this.changes.enable(caller, tool, enabled, ifMatch));
  }
}
