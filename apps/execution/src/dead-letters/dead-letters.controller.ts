import { Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { isUuid } from '@toolplane/contracts/events';
import { HTTP_HEADERS } from '@toolplane/contracts/http';
import { keyedDigest } from '@toolplane/security/chain';
import { REDACTED } from '@toolplane/security/redaction';
import { Database, type Tx } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, PageQuery, pageOf, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { REQUEST_DIGEST_KEY } from '../accept/accept.controller.js';
import { checkedKey } from '../accept/idempotency-key.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import type { DeadLetterRow } from './dead-letter.js';
import { shownHeaders, shownValue } from './shown-value.js';
import { deadLettersStore, viewerOf, type Viewer } from './dead-letters.store.js';

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
    value: orNull('The original bytes: as text, or in base64 where they are none; as JSON again where something in them is redacted.'),
    encoding: Type.Enum(['text', 'base64']),
    redactions: Type.Array(Type.Object({ pointer: Type.String(), rule: Type.String() }), { description: 'What is not shown of value and headers; it is still there.' }),
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
const RedriveBody = Type.Object(
  { value: Type.Optional(Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], { description: 'What stands in its place.' })) },
  { additionalProperties: false, description: 'Nothing, or another content.' },
);
type RedriveBody = Static<typeof RedriveBody>;

/** Parked records: a tenant's own, and for platform administrators those of nobody. */
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly database: Database,
    private readonly desk: DeadLetterDesk,
    @Inject(REQUEST_DIGEST_KEY) private readonly digestKey: string,
  ) {}

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
    return viewOf(known(isUuid(id) ? await this.read(caller, (tx, viewer) => deadLettersStore.one(tx, viewer, id)) : null));
  }

  @Post(':id/redrive')
  @HttpCode(202)
  @Permission('dead-letters:redrive', {
    summary: 'Send a parked record on its way again',
    description:
      'Into the topic it lay in, as it was or with another `value` (text, or JSON). Its event keeps its id: whoever has applied it passes over it. What stands in its place must name your own tenant, and only records of an ingress may be changed.',
    answers: { 202: DeadLetterView },
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'DEFINITION_INVALID'],
  })
  async redrive(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @CheckedBody(RedriveBody) { value }: RedriveBody,
    @Headers(HTTP_HEADERS.idempotencyKey) idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeadLetterView> {
    const text = value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
    mustBeWhole(text);
    const key = checkedKey(idempotencyKey ?? null);
    const keyed = key === null ? null : { key, fingerprint: keyedDigest(this.digestKey, { redrive: id, value: text }) };
    const { letter, replayed } = known(isUuid(id) ? await this.desk.redrive(caller, id, text, keyed) : null);
    if (replayed) void reply.header(HTTP_HEADERS.idempotentReplayed, 'true');
    return viewOf(letter);
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Permission('dead-letters:redrive', { summary: 'Close a parked record for good', answers: { 200: DeadLetterView }, errors: ['NOT_FOUND', 'CONFLICT'] })
  async discard(@Caller() caller: Caller, @Param('id') id: string): Promise<DeadLetterView> {
    return viewOf(known(isUuid(id) ? await this.desk.discard(caller, id) : null).letter);
  }

  /** The role that serves tenants cannot see rows of no tenant: who may see them reads through the other door. */
  private read<Result>(caller: Caller, work: (tx: Tx, viewer: Viewer) => Promise<Result>): Promise<Result> {
    const viewer = viewerOf(caller);
    return viewer.seesUnowned ? this.database.asWorker((tx) => work(tx, viewer)) : this.database.asTenant(caller.tenantId, (tx) => work(tx, viewer));
  }
}

function known<Found>(found: Found | null): Found {
  if (found === null) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such parked record' });
  return found;
}

function viewOf({ recordOffset, valueIsBase64, at, ...row }: DeadLetterRow): DeadLetterView {
  const shown = shownValue(row.value);
  const { headers, redactions } = shownHeaders(row.headers);
  return {
    ...row, value: shown.value, headers, redactions: [...shown.redactions, ...redactions],
    offset: recordOffset, encoding: valueIsBase64 ? 'base64' : 'text', at: at.toISOString(),
  };
}

/** A text that was copied from what is shown: sent on its way it would make a value of the redaction. */
function mustBeWhole(text: string | null): void {
  if (text?.includes(`"${REDACTED}"`) !== true) return;
  throw new ToolplaneError('DEFINITION_INVALID', { details: [{ pointer: '/value', detail: 'holds a redacted value: write the real one, or leave value out' }] });
}
