import { Controller, Get, Query } from '@nestjs/common';
import { AuditEntry } from '@toolplane/contracts/events';
import { Database } from '@toolplane/persistence';
import { Caller, decodeCursor, pageOf, Permission, type Page } from '@toolplane/service-kit';
import { Type } from 'typebox';
import { entryOf } from '../chain/entry-row.js';
import type { Entry } from '../chain/entry.js';
import { EntriesQuery } from './entries-query.js';
import { listEntries, type EntryFilter } from './entries.queries.js';

const EntryPage = Type.Object(
  { items: Type.Array(AuditEntry), next: Type.Union([Type.String(), Type.Null()]) },
  { description: 'A page of entries.' },
);

/** The audit of the caller's tenant. */
@Controller('api/audit')
export class EntriesController {
  constructor(private readonly database: Database) {}

  @Get('tool-usage')
  @Permission('audit:read', { summary: 'List how tools were used: outcomes, newest first', answers: { 200: EntryPage }, errors: ['CURSOR_INVALID'] })
  toolUsage(@Caller() caller: Caller, @Query() query: EntriesQuery): Promise<Page<Entry>> {
    const kind = query.kind === undefined || query.kind.includes('outcome') ? ['outcome'] : null;
    return kind ? this.list(caller, query, { ...query, kind }) : Promise.resolve({ items: [], next: null });
  }

  @Get('events')
  @Permission('audit:read', { summary: 'List every entry, newest first', answers: { 200: EntryPage }, errors: ['CURSOR_INVALID'] })
  events(@Caller() caller: Caller, @Query() query: EntriesQuery): Promise<Page<Entry>> {
    return this.list(caller, query, query);
  }

  private async list({ tenantId }: Caller, { limit, cursor }: EntriesQuery, filter: EntryFilter): Promise<Page<Entry>> {
    const after = decodeCursor(cursor, ['time', 'integer']);
    const rows = await this.database.asTenant(tenantId, (tx) =>
      listEntries(tx, tenantId, filter, limit + 1, after ? { at: after[0], seq: after[1] } : null));
    return pageOf(rows, limit, ({ at, seq }) => [at.toISOString(), seq], entryOf);
  }
}
