import { Controller, Get, Param, Query } from '@nestjs/common';
import { isUuid, TimelineItem } from '@toolplane/contracts/documents';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import { Database } from '@toolplane/persistence';
import { Caller, decodeCursor, encodeCursor, PageQuery, Permission, ServiceClient, type Page } from '@toolplane/service-kit';
import { pageSchema } from '../page-schema.js';
import { exceptionStore } from './exception.store.js';
import { executed, happened, merged } from './timeline.js';
import { timelineStore } from './timeline.store.js';

type Place = readonly [at: string, id: string];

/** What happened to an exception: our own events, and the executions that name it, as `execution` lists them to this caller. */
@Controller('api/exceptions')
export class TimelineController {
  constructor(
    private readonly database: Database,
    private readonly services: ServiceClient,
  ) {}

  @Get(':id/timeline')
  @Permission('exceptions:read', {
    summary: 'What happened to an exception, newest first',
    description: 'What people and playbooks did, and every execution that names the exception, whoever requested it.',
    answers: { 200: pageSchema(TimelineItem) },
    errors: ['NOT_FOUND', 'CURSOR_INVALID'],
  })
  async timeline(@Caller() { tenantId, token }: Caller, @Param('id') id: string, @Query() { limit, cursor }: PageQuery): Promise<Page<TimelineItem>> {
    // Both sources are in the same order, by time and id: one place in it is a place in both.
    const after = decodeCursor(cursor, ['time', 'uuid']) ?? null;
    const rows = await this.database.asTenant(tenantId, async (tx) => {
      const exception = isUuid(id) ? await exceptionStore.one(tx, tenantId, id) : undefined;
      if (!exception) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such exception' });
      return timelineStore.list(tx, tenantId, id, limit + 1, after);
    });
    const executions = await this.executions(id.toLowerCase(), token, limit, after);
    const items = merged(rows.map(happened), executions.items.map(executed), limit);
    const more = rows.length + executions.items.length > limit || executions.next !== null;
    const last = items.at(-1);
    return { items, next: more && last ? encodeCursor([last.at, last.id]) : null };
  }

  private async executions(exceptionId: string, token: string, limit: number, after: Place | null): Promise<Page<ExecutionRecord>> {
    const query = new URLSearchParams({ exceptionId, limit: String(limit), ...(after && { cursor: encodeCursor(after) }) });
    const { status, body } = await this.services.call<Page<ExecutionRecord>>({ service: 'execution', method: 'GET', path: `/api/tools/executions?${query}`, token });
    if (status !== 200) throw new DependencyDown('execution', new Error(`its list was answered with ${status}`));
    return body;
  }
}
