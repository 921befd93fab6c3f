import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { isUuid } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Approval, ApprovalDecisionBody } from '@toolplane/contracts/http';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, Permission, type Page } from '@toolplane/service-kit';
import { Type } from 'typebox';
import { approvalView } from './approval-view.js';
import { approvalsQueries, type ApprovalRow } from './approvals.queries.js';
import { ApprovalsQuery } from './approvals-query.js';
import { Decisions } from './decisions.js';

const ApprovalPage = Type.Object({ items: Type.Array(Approval), next: Type.Union([Type.String(), Type.Null()]) });
const DECIDED = {
  description:
    'Takes a principal of type user that neither asked nor is acted for. Each counts once; what is no longer pending is 409.',
  answers: { 200: Approval },
  errors: ['NOT_FOUND', 'APPROVAL_DECIDED', 'NOT_READY'],
} as const;

/** The caller's approvals: an id of another tenant answers exactly as an unknown one. */
@Controller('api/approvals')
export class ApprovalsController {
  constructor(
    private readonly database: Database,
    private readonly decisions: Decisions,
  ) {}

  @Get()
  @Permission('approvals:read', { summary: 'List approvals, newest first', answers: { 200: ApprovalPage }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() { tenantId }: Caller, @Query() query: ApprovalsQuery): Promise<Page<Approval>> {
    const after = decodeCursor(query.cursor, ['time', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) =>
      approvalsQueries.list(tx, tenantId, query, query.limit + 1, after ? { at: after[0], id: after[1] } : null));
    return pageOf(rows, query.limit, ({ createdAt, id }) => [createdAt.toISOString(), id], approvalView);
  }

  @Get(':id')
  @Permission('approvals:read', { summary: 'Read an approval', answers: { 200: Approval }, errors: ['NOT_FOUND'] })
  async one(@Caller() { tenantId }: Caller, @Param('id') id: string): Promise<Approval> {
    return approvalView(await this.rowOf(tenantId, id));
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Permission('approvals:decide', { summary: 'Approve a call', ...DECIDED })
  approve(@Caller() caller: Caller, @Param('id') id: string, @CheckedBody(ApprovalDecisionBody, { optional: true }) body?: ApprovalDecisionBody): Promise<Approval> {
    return this.decide(caller, id, 'approved', body);
  }

  @Post(':id/deny')
  @HttpCode(200)
  @Permission('approvals:decide', { summary: 'Deny a call', ...DECIDED })
  deny(@Caller() caller: Caller, @Param('id') id: string, @CheckedBody(ApprovalDecisionBody, { optional: true }) body?: ApprovalDecisionBody): Promise<Approval> {
    return this.decide(caller, id, 'denied', body);
  }

  private async decide(caller: Caller, id: string, decision: 'approved' | 'denied', body?: ApprovalDecisionBody): Promise<Approval> {
    if (!isUuid(id)) throw unknown();
    await this.decisions.decide(caller, id.toLowerCase(), decision, body?.comment ?? null);
    return approvalView(await this.rowOf(caller.tenantId, id));
  }

  private async rowOf(tenantId: string, id: string): Promise<ApprovalRow> {
    const row = isUuid(id) ? await this.database.asTenant(tenantId, (tx) => approvalsQueries.one(tx, tenantId, id)) : null;
    if (!row) throw unknown();
    return row;
  }
}

const unknown = (): ToolplaneError => new ToolplaneError('NOT_FOUND', { message: 'there is no such approval' });
