import { Controller, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { Exception, ExceptionBody, ExceptionChange, isUuid } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { Database, storable } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { etagOf, refuseUnlessMatch } from '../etag.js';
import { pageSchema } from '../page-schema.js';
import { exceptionOf, type ExceptionRow } from './exception-row.js';
import { exceptionStore, type ExceptionContent } from './exception.store.js';
import { ExceptionsQuery } from './exceptions-query.js';
import { timelineStore } from './timeline.store.js';

const CONTENT = ['title', 'description', 'severity', 'source', 'attributes', 'status'] as const;

/** Cases that somebody has to look at. */
@Controller('api/exceptions')
export class ExceptionsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Permission('exceptions:read', { summary: 'List exceptions, newest first', answers: { 200: pageSchema(Exception) }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor, ...filter }: ExceptionsQuery): Promise<Page<Exception>> {
    const after = decodeCursor(cursor, ['time', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) => exceptionStore.list(tx, tenantId, filter, limit + 1, after));
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt.toISOString(), id], exceptionOf);
  }

  @Post()
  @Permission('exceptions:write', { summary: 'Make an exception', answers: { 201: Exception } })
  async create(@Caller() caller: Caller, @CheckedBody(ExceptionBody) body: ExceptionBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Exception> {
    const { title, description = '', severity = 'medium', source = null, attributes = {}, status = 'open' } = storable(body);
    const { tenantId, principal } = caller;
    const row = await this.database.asTenant(tenantId, async (tx) => {
      const made = await exceptionStore.insert(tx, { tenantId, id: newId(), createdBy: principal }, { title, description, severity, source, attributes, status });
      await timelineStore.add(tx, tenantId, [{ exceptionId: made.id, kind: 'exception_created', by: principal }]);
      return made;
    });
    void reply.header('location', `/api/exceptions/${row.id}`);
    return answer(reply, row);
  }

  @Get(':id')
  @Permission('exceptions:read', { summary: 'Read an exception', answers: { 200: Exception }, errors: ['NOT_FOUND'] })
  async one(@Caller() { tenantId }: Caller, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Exception> {
    const row = isUuid(id) ? await this.database.asTenant(tenantId, (tx) => exceptionStore.one(tx, tenantId, id)) : undefined;
    if (!row) throw notFound();
    return answer(reply, row);
  }

  @Patch(':id')
  @Permission('exceptions:write', {
    summary: 'Change an exception, close it, open it again',
    answers: { 200: Exception },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
  })
  async change(
    @Caller() { tenantId, principal }: Caller,
    @Param('id') id: string,
    @CheckedBody(ExceptionChange) body: ExceptionChange,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Exception> {
    if (!isUuid(id)) throw notFound();
    const row = await this.database.asTenant(tenantId, async (tx) => {
      const before = await exceptionStore.lock(tx, tenantId, id);
      if (!before) throw notFound();
      refuseUnlessMatch(ifMatch, before);
      const content: ExceptionContent = { ...before, ...storable(body) };
      const changed = CONTENT.filter((member) => JSON.stringify(content[member]) !== JSON.stringify(before[member]));
      if (changed.length === 0) return before;
      const after = await exceptionStore.update(tx, before, content);
      const details = Object.fromEntries(changed.map((member) => [member, shown(before, content, member)]));
      await timelineStore.add(tx, tenantId, [{ exceptionId: id, kind: 'exception_changed', by: principal, details }]);
      return after;
    });
    return answer(reply, row);
  }
}

const notFound = (): ToolplaneError => new ToolplaneError('NOT_FOUND', { message: 'there is no such exception' });

/** Of attributes only the names: they may be large, and are not kept a second time. */
function shown(before: ExceptionContent, after: ExceptionContent, member: (typeof CONTENT)[number]): unknown {
  if (member === 'description') return {};
  if (member !== 'attributes') return { from: before[member], to: after[member] };
  const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)]);
  return [...names].filter((name) => JSON.stringify(before.attributes[name]) !== JSON.stringify(after.attributes[name])).sort();
}

const answer = (reply: FastifyReply, row: ExceptionRow): Exception => {
  void reply.header('etag', etagOf(row));
  return exceptionOf(row);
};
