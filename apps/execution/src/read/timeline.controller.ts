import { Controller, Get, Param, Query } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ExecutionEvent } from '@toolplane/contracts/http';
import { Database } from '@toolplane/persistence';
import { Caller, decodeCursor, encodeCursor, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import { Type } from 'typebox';
import { timelineStore } from '../execution/timeline.store.js';
import { executionsQueries } from './executions.queries.js';
import { timelineOf } from './execution-timeline.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EventPage = Type.Object({ items: Type.Array(ExecutionEvent), next: Type.Union([Type.String(), Type.Null()]) });

/** What became of a request, step by step, with the decision explained rule by rule. */
@Controller('api/tools/executions')
export class TimelineController {
  constructor(private readonly database: Database) {}

  @Get(':id/events')
  @Permission('executions:read', {
    summary: 'Read the timeline of an execution, oldest first, its decision rule by rule',
    answers: { 200: EventPage },
    errors: ['NOT_FOUND', 'CURSOR_INVALID'],
  })
  async events(@Caller() { tenantId }: Caller, @Param('id') id: string, @Query() { limit, cursor }: PageQuery): Promise<Page<ExecutionEvent>> {
    const [from] = decodeCursor(cursor, ['integer']) ?? [0];
    const events = UUID.test(id) ? await this.database.asTenant(tenantId, async (tx) => {
      const row = await executionsQueries.one(tx, tenantId, id);
      return row && timelineOf(row, await timelineStore.of(tx, tenantId, row.id));
    }) : null;
    if (!events) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such execution' });
    return { items: events.slice(from, from + limit), next: from + limit < events.length ? encodeCursor([from + limit]) : null };
  }
}
