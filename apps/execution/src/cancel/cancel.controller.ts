import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ExecutionRecord } from '@toolplane/contracts/http';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { isUuid } from '@toolplane/contracts/events';
import { Caller, Permission } from '@toolplane/service-kit';
import { executionRecord } from '../read/execution-record.js';
import { Canceller } from './canceller.js';

/** Ends an execution because somebody no longer wants it. */
@Controller('api/tools/executions')
export class CancelController {
  constructor(private readonly canceller: Canceller) {}

  @Post(':id/cancel')
  @HttpCode(202)
  @Permission('executions:execute', {
    summary: 'Cancel an execution',
    description:
      'It ends as failed with CANCELLED. A call that a worker has begun is not called back: `effect` says that it may have happened, and what it reports is filed. Cancelling again answers the same record.',
    answers: { 202: ExecutionRecord },
    errors: ['NOT_FOUND', 'EXECUTION_FINAL'],
  })
  async cancel(@Caller() { tenantId, principal }: Caller, @Param('id') id: string): Promise<ExecutionRecord> {
    const row = isUuid(id) ? await this.canceller.cancel(tenantId, id.toLowerCase(), principal) : null;
    if (!row) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such execution' });
    if (row.error?.code !== 'CANCELLED') throw new ToolplaneError('EXECUTION_FINAL', { message: `the execution has ${row.status} already` });
    return executionRecord(row);
  }
}
