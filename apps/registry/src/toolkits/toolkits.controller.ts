import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { Toolkit, ToolkitBody, ToolkitReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError, type ErrorCode } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { revisionTag } from '../author/if-match.js';
import { pageSchema } from '../page-schema.js';
import { ToolkitChanges } from './toolkit-changes.js';
import { toToolkit, type ToolkitRow } from './toolkit-row.js';
import { ToolkitQueries } from './toolkit.queries.js';

const CHANGING: readonly ErrorCode[] = ['DECLARED_IN_FILE', 'PRECONDITION_FAILED'];

/** A toolkit as answer, with the tag that guards its next change. */
const answer = (reply: FastifyReply, row: ToolkitRow): Toolkit => {
  void reply.header('etag', revisionTag(row));
  return toToolkit(row);
};

@Controller(['api/toolkits', 'api/v2/toolkits'])
export class ToolkitsController {
  constructor(
    private readonly database: Database,
    private readonly queries: ToolkitQueries,
    private readonly changes: ToolkitChanges,
  ) {}

  @Get()
  @Permission('tools:read', { summary: 'Toolkits visible to the caller', answers: { 200: pageSchema(Toolkit) } })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor }: PageQuery): Promise<Page<Toolkit>> {
    const after = decodeCursor(cursor, ['text', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) => this.queries.list(tx, tenantId, { after, take: limit + 1 }));
    return pageOf(rows, limit, ({ name, id }) => [name, id], toToolkit);
  }

  @Post()
  @Permission('tools:write', { summary: 'Make a toolkit', answers: { 201: Toolkit }, errors: ['NAME_TAKEN', 'TENANT_INACTIVE'] })
  async create(@Caller() caller: Caller, @CheckedBody(ToolkitBody) body: ToolkitBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Toolkit> {
    const row = await this.changes.create(caller, body);
    void reply.header('location', `/api/toolkits/${row.id}`);
    return answer(reply, row);
  }

  @Get(':toolkit')
  @Permission('tools:read', { summary: 'One toolkit, by id or name', answers: { 200: Toolkit } })
  async get(@Caller() { tenantId }: Caller, @Param('toolkit') toolkit: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Toolkit> {
    const row = await this.database.asTenant(tenantId, (tx) => this.queries.find(tx, tenantId, toolkit));
    if (!row) throw new ToolplaneError('NOT_FOUND');
    return answer(reply, row);
  }

  @Put(':toolkit')
  @Permission('tools:write', { summary: 'Replace a toolkit', answers: { 200: Toolkit }, errors: ['NAME_TAKEN', ...CHANGING] })
  async replace(
    @Caller() caller: Caller,
    @Param('toolkit') toolkit: string,
    @CheckedBody(ToolkitReplacement) body: ToolkitReplacement,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Toolkit> {
    return answer(reply, await this.changes.replace(caller, toolkit, body, ifMatch));
  }

  @Delete(':toolkit')
  @HttpCode(204)
  @Permission('tools:write', { summary: 'Delete a toolkit; its tools stay', answers: { 204: null }, errors: CHANGING })
  remove(@Caller() caller: Caller, @Param('toolkit') toolkit: string, @Headers('if-match') ifMatch: string | undefined): Promise<void> {
    return this.changes.remove(caller, toolkit, ifMatch);
  }

  @Put(':toolkit/tools/:tool')
  @Permission('tools:write', { summary: 'Put a tool into a toolkit', answers: { 200: Toolkit }, errors: ['TOOL_NOT_FOUND', ...CHANGING] })
  async add(
    @Caller() caller: Caller,
    @Param('toolkit') toolkit: string,
    @Param('tool') tool: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Toolkit> {
    return answer(reply, await this.changes.add(caller, toolkit, tool, ifMatch));
  }

  @Delete(':toolkit/tools/:tool')
  @HttpCode(204)
  @Permission('tools:write', { summary: 'Take a tool out of a toolkit', answers: { 204: null }, errors: ['TOOL_NOT_FOUND', ...CHANGING] })
  async take(
    @Caller() caller: Caller,
    @Param('toolkit') toolkit: string,
    @Param('tool') tool: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    void reply.header('etag', revisionTag(await this.changes.take(caller, toolkit, tool, ifMatch)));
  }
}
