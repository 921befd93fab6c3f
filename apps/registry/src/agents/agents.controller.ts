import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { Agent, AgentBody, AgentReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { revisionTag } from '../author/if-match.js';
import { pageSchema } from '../page-schema.js';
import { AgentChanges } from './agent-changes.js';
import { toAgent, type AgentRow } from './agent-row.js';
import { AgentQueries } from './agent.queries.js';

/** An agent type as answer, with the tag that guards its next change. */
const answer = (reply: FastifyReply, row: AgentRow): Agent => {
  void reply.header('etag', revisionTag(row));
  return toAgent(row);
};

@Controller('api/agents')
export class AgentsController {
  constructor(
    private readonly database: Database,
    private readonly queries: AgentQueries,
    private readonly changes: AgentChanges,
  ) {}

  @Get()
  @Permission('agents:read', { summary: 'Agent types visible to the caller', answers: { 200: pageSchema(Agent) } })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor }: PageQuery): Promise<Page<Agent>> {
    const after = decodeCursor(cursor, ['text', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) => this.queries.list(tx, tenantId, { after, take: limit + 1 }));
    return pageOf(rows, limit, ({ name, id }) => [name, id], toAgent);
  }

  @Post()
  @Permission('agents:write', { summary: 'Make an agent type', answers: { 201: Agent }, errors: ['NAME_TAKEN', 'CONFLICT', 'DECLARED_IN_FILE', 'TENANT_INACTIVE'] })
  async create(@Caller() caller: Caller, @CheckedBody(AgentBody) body: AgentBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Agent> {
    const row = await this.changes.create(caller, body);
    void reply.header('location', `/api/agents/${row.id}`);
    return answer(reply, row);
  }

  @Get(':agent')
  @Permission('agents:read', { summary: 'One agent type, by id or name', answers: { 200: Agent } })
  async get(@Caller() { tenantId }: Caller, @Param('agent') agent: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Agent> {
    const row = await this.database.asTenant(tenantId, (tx) => this.queries.find(tx, tenantId, agent));
    if (!row) throw new ToolplaneError('NOT_FOUND');
    return answer(reply, row);
  }

  @Put(':agent')
  @Permission('agents:write', {
    summary: 'Replace the definition of an agent type',
    answers: { 200: Agent },
    errors: ['CONFLICT', 'DECLARED_IN_FILE', 'PRECONDITION_FAILED'],
  })
  async replace(
    @Caller() caller: Caller,
    @Param('agent') agent: string,
    @CheckedBody(AgentReplacement) body: AgentReplacement,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Agent> {
    return answer(reply, await this.changes.replace(caller, agent, body, ifMatch));
  }

  @Delete(':agent')
  @HttpCode(204)
  @Permission('agents:write', { summary: 'Delete an agent type and what it may do', answers: { 204: null }, errors: ['DECLARED_IN_FILE', 'PRECONDITION_FAILED'] })
  remove(@Caller() caller: Caller, @Param('agent') agent: string, @Headers('if-match') ifMatch: string | undefined): Promise<void> {
    return this.changes.remove(caller, agent, ifMatch);
  }
}
