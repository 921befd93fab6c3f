import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { AssignmentBody, AssignmentReplacement, AssignmentView } from '@toolplane/contracts/documents';
import { ToolplaneError, type ErrorCode } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, Permission } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { AgentQueries } from '../agents/agent.queries.js';
import { revisionTag } from '../author/if-match.js';
import { GLOBAL } from '@toolplane/contracts/ids';
import { ToolQueries } from '../tools/tool.queries.js';
import { AssignmentChanges } from './assignment-changes.js';
import { toAssignment, type AssignmentRow } from './assignment-row.js';
import { AssignmentQueries } from './assignment.queries.js';

const CHANGING: readonly ErrorCode[] = ['TOOL_NOT_FOUND', 'DECLARED_IN_FILE', 'PRECONDITION_FAILED'];

/** An assignment as answer, with the tag that guards its next change. */
const answer = (reply: FastifyReply, row: AssignmentRow): AssignmentView => {
  void reply.header('etag', revisionTag(row));
  return toAssignment(row);
};
const created = (reply: FastifyReply, row: AssignmentRow): void => {
  void reply.status(201).header('location', `/api/agents/${row.agentId}/tools/${row.toolId}`);
};

@Controller('api/agents/:agent/tools/:tool')
export class AssignmentsController {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentQueries,
    private readonly tools: ToolQueries,
    private readonly queries: AssignmentQueries,
    private readonly changes: AssignmentChanges,
  ) {}

  @Get()
  @Permission('agents:read', { summary: 'What an agent type may do with a tool', answers: { 200: AssignmentView }, errors: ['TOOL_NOT_FOUND'] })
  async get(
    @Caller() { tenantId }: Caller,
    @Param('agent') agent: string,
    @Param('tool') tool: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AssignmentView> {
    const row = await this.database.asTenant(tenantId, async (tx) => {
      const owner = await this.agents.find(tx, tenantId, agent);
      if (!owner) throw new ToolplaneError('NOT_FOUND');
      const assigned = await this.tools.find(tx, owner.tenantId ?? GLOBAL, tool);
      if (!assigned || assigned.deletedAt) throw new ToolplaneError('TOOL_NOT_FOUND');
      return this.queries.find(tx, owner, assigned.id);
    });
    if (!row) throw new ToolplaneError('NOT_FOUND');
    return answer(reply, row);
  }

  @Post()
  @HttpCode(201)
  @Permission('agents:write', { summary: 'Assign a tool to an agent type', answers: { 201: AssignmentView }, errors: [...CHANGING, 'CONFLICT'] })
  async create(
    @Caller() caller: Caller,
    @Param('agent') agent: string,
    @Param('tool') tool: string,
    @CheckedBody(AssignmentBody, { optional: true }) body: AssignmentBody | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AssignmentView> {
    const { row } = await this.changes.create(caller, [agent, tool], body ?? {});
    created(reply, row);
    return answer(reply, row);
  }

  @Put()
  @Permission('agents:write', { summary: 'Replace an assignment whole, or make it', answers: { 200: AssignmentView, 201: AssignmentView }, errors: CHANGING })
  async replace(
    @Caller() caller: Caller,
    @Param('agent') agent: string,
    @Param('tool') tool: string,
    @CheckedBody(AssignmentReplacement) body: AssignmentReplacement,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AssignmentView> {
    const { row, created: isNew } = await this.changes.replace(caller, [agent, tool], body, ifMatch);
    if (isNew) created(reply, row);
    return answer(reply, row);
  }

  @Delete()
  @HttpCode(204)
  @Permission('agents:write', { summary: 'Take a tool from an agent type', answers: { 204: null }, errors: CHANGING })
  remove(@Caller() caller: Caller, @Param('agent') agent: string, @Param('tool') tool: string, @Headers('if-match') ifMatch: string | undefined): Promise<void> {
    return this.changes.remove(caller, [agent, tool], ifMatch);
  }
}
