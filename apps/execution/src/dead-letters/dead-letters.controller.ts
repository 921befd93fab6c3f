import { Controller, Get, Param, Query } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database, type Tx } from '@toolplane/persistence';
import { Caller, decodeCursor, mayDo, PageQuery, pageOf, Permission, type Page } from '@toolplane/service-kit';
import { Type, type Static } from 'typebox';
import type { DeadLetterRow } from './dead-letter.js';
import { deadLettersStore, type Viewer } from './dead-letters.store.js';

const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });
const DeadLetterView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    tenantId: orNull('Null where the record names no tenant, or may not name it.'),
    topic: Type.String({ description: 'Where the record lay.' }),
    partition: Type.Integer(),
    offset: Type.String({ description: 'A 64-bit number as text.' }),
    key: orNull('Record key.'),
    headers: Type.Unknown({ description: 'Headers by name; a repeated one is an array.' }),
    value: orNull('The original bytes: as text, or in base64 where they are none.'),
    encoding: Type.Enum(['text', 'base64']),
    code: Type.String({ description: 'Why it was parked.' }),
    reason: Type.String(),
    attempts: Type.Integer({ description: 'How often a handler was given it alone.' }),
    at: Type.String({ format: 'date-time' }),
    status: Type.Enum(['parked', 'redriven', 'discarded']),
  },
  { description: 'A parked record.' },
);
type DeadLetterView = Static<typeof DeadLetterView>;
const DeadLetterPage = Type.Object({ items: Type.Array(DeadLetterView), next: Type.Union([Type.String(), Type.Null()]) });
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Parked records: a tenant's own, and for platform administrators those of nobody. */
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(private readonly database: Database) {}

  @Get()
  @Permission('dead-letters:read', { summary: 'List parked records, newest first', answers: { 200: DeadLetterPage }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() caller: Caller, @Query() query: PageQuery): Promise<Page<DeadLetterView>> {
    const after = decodeCursor(query.cursor, ['time', 'uuid']) ?? null;
    const rows = await this.read(caller, (tx, viewer) => deadLettersStore.list(tx, viewer, query.limit + 1, after));
    return pageOf(rows, query.limit, ({ at, id }) => [at.toISOString(), id], viewOf);
  }

  @Get(':id')
  @Permission('dead-letters:read', { summary: 'Read a parked record', answers: { 200: DeadLetterView }, errors: ['NOT_FOUND'] })
  async one(@Caller() caller: Caller, @Param('id') id: string): Promise<DeadLetterView> {
    const row = UUID.test(id) ? await this.read(caller, (tx, viewer) => deadLettersStore.one(tx, viewer, id)) : null;
    if (!row) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such parked record' });
    return viewOf(row);
  }

  /** The role that serves tenants cannot see rows of no tenant: who may see them reads through the other door. */
  private read<Result>({ tenantId, roles }: Caller, work: (tx: Tx, viewer: Viewer) => Promise<Result>): Promise<Result> {
    return mayDo(roles, 'tenants:manage')
      ? this.database.asWorker((tx) => work(tx, { tenantId, seesUnowned: true }))
      : this.database.asTenant(tenantId, (tx) => work(tx, { tenantId, seesUnowned: false }));
  }
}

const viewOf = ({ recordOffset, valueIsBase64, at, ...row }: DeadLetterRow): DeadLetterView => ({
  ...row, offset: recordOffset, encoding: valueIsBase64 ? 'base64' : 'text', at: at.toISOString(),
});
