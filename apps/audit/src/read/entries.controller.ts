import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { AuditEntry } from '@toolplane/contracts/events';
import { Database } from '@toolplane/persistence';
import { Caller, decodeCursor, pageOf, Permission, type RouteDocument } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { entryOf } from '../chain/entry-row.js';
import { inChain } from '../chain/in-chain.js';
import { chainOf } from './chain-of.js';
import { EntriesQuery } from './entries-query.js';
import { listEntries, type EntryFilter } from './entries.queries.js';
import { EXPORT_TYPES, exportEntries, exportFormat } from './export-entries.js';

const EntryPage = Type.Object(
  { items: Type.Array(AuditEntry), next: Type.Union([Type.String(), Type.Null()]) },
  { description: 'A page of entries.' },
);
/** Who waits longer for a page should ask for less. */
const TIMEOUT_MS = 10_000;

const documentOf = (summary: string): RouteDocument => ({
  summary,
  description:
    '`Accept: application/x-ndjson` or `text/csv` gives everything that the filters let through, streamed; `limit` and `cursor` do not count then. ' +
    'In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe. ' +
    '`scope=global` shows what belongs to no tenant, to a platform administrator.',
  answers: { 200: EntryPage },
  errors: ['CURSOR_INVALID'],
});

/** The audit of the caller's tenant. */
@Controller('api/audit')
export class EntriesController {
  constructor(private readonly database: Database) {}

  @Get('tool-usage')
  @Permission('audit:read', documentOf('List how tools were used: outcomes, newest first'))
  toolUsage(@Caller() caller: Caller, @Query() query: EntriesQuery, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const none = query.kind !== undefined && !query.kind.includes('outcome');
    return this.answer(caller, query, { filter: { ...query, kind: ['outcome'] }, none, name: 'tool-usage', accept }, reply);
  }

  @Get('events')
  @Permission('audit:read', documentOf('List every entry, newest first'))
  events(@Caller() caller: Caller, @Query() query: EntriesQuery, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<FastifyReply> {
    return this.answer(caller, query, { filter: query, none: false, name: 'audit-events', accept }, reply);
  }

  private async answer(caller: Caller, { limit, cursor, scope }: EntriesQuery, { filter, none, name, accept }: Asked, reply: FastifyReply): Promise<FastifyReply> {
    const tenantId = chainOf(caller, scope);
    const format = exportFormat(accept);
    if (format) {
      const nothing = none ? { ...filter, to: '1970-01-01T00:00:00Z' } : filter;
      return reply
        .type(`${EXPORT_TYPES[format]}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="${name}.${format}"`)
        .send(exportEntries(this.database, tenantId, nothing, format));
    }
    const after = decodeCursor(cursor, ['time', 'integer']);
    const cut = { limit: limit + 1, after: after ? { at: after[0], seq: after[1] } : null };
    const rows = none ? [] : await inChain(this.database, tenantId, TIMEOUT_MS, (tx) => listEntries(tx, tenantId, filter, cut));
    return reply.send(pageOf(rows, limit, ({ at, seq }) => [at.toISOString(), seq], entryOf));
  }
}

interface Asked {
  readonly filter: EntryFilter;
  /** Whether nothing can be found. */
  readonly none: boolean;
  /** Of the file of an export. */
  readonly name: string;
  readonly accept: string | undefined;
}
