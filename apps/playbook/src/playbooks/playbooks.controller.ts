import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { Playbook, PlaybookBody, PlaybookReplacement } from '@toolplane/contracts/documents';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, PageQuery, pageOf, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { etagOf } from '../etag.js';
import { pageSchema } from '../page-schema.js';
import { notFound, PlaybookChanges, playbookOf } from './playbook-changes.js';
import { playbookStore, type PlaybookRow } from './playbook.store.js';

@Controller('api/playbooks')
export class PlaybooksController {
  constructor(
    private readonly database: Database,
    private readonly changes: PlaybookChanges,
  ) {}

  @Get()
  @Permission('playbooks:read', { summary: 'List playbooks, by name', answers: { 200: pageSchema(Playbook) }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor }: PageQuery): Promise<Page<Playbook>> {
    const after = decodeCursor(cursor, ['text', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) => playbookStore.list(tx, tenantId, limit + 1, after));
    return pageOf(rows, limit, ({ name, id }) => [name, id], playbookOf);
  }

  @Post()
  @Permission('playbooks:write', { summary: 'Make a playbook', answers: { 201: Playbook }, errors: ['NAME_TAKEN'] })
  async create(@Caller() caller: Caller, @CheckedBody(PlaybookBody) body: PlaybookBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Playbook> {
    const row = await this.changes.create(caller, body);
    void reply.header('location', `/api/playbooks/${row.id}`);
    return answer(reply, row);
  }

  @Get(':playbook')
  @Permission('playbooks:read', { summary: 'One playbook, by id or name', answers: { 200: Playbook }, errors: ['NOT_FOUND'] })
  async one(@Caller() { tenantId }: Caller, @Param('playbook') playbook: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Playbook> {
    const row = await this.database.asTenant(tenantId, (tx) => playbookStore.find(tx, tenantId, playbook));
    if (!row) throw notFound();
    return answer(reply, row);
  }

  @Put(':playbook')
  @Permission('playbooks:write', {
    summary: 'Replace a playbook; runs that have begun keep their steps',
    answers: { 200: Playbook },
    errors: ['NOT_FOUND', 'NAME_TAKEN', 'PRECONDITION_FAILED'],
  })
  async replace(
    @Caller() caller: Caller,
    @Param('playbook') playbook: string,
    @CheckedBody(PlaybookReplacement) body: PlaybookReplacement,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Playbook> {
    return answer(reply, await this.changes.replace(caller, playbook, body, ifMatch));
  }

  @Delete(':playbook')
  @HttpCode(204)
  @Permission('playbooks:write', { summary: 'Delete a playbook; its runs stay', answers: { 204: null }, errors: ['NOT_FOUND', 'PRECONDITION_FAILED'] })
  remove(@Caller() caller: Caller, @Param('playbook') playbook: string, @Headers('if-match') ifMatch: string | undefined): Promise<void> {
    return this.changes.remove(caller, playbook, ifMatch);
  }
}

const answer = (reply: FastifyReply, row: PlaybookRow): Playbook => {
  void reply.header('etag', etagOf(row));
  return playbookOf(row);
};
