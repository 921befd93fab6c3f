import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Breaker, BreakerOrder } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database, storable } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import { Announcer } from '../announce/announcer.js';
import { makerOf } from '../author/author.js';
import { pageSchema } from '../page-schema.js';
import { BreakerStore, type Forced } from './breaker.store.js';

const ORDERS: Readonly<Record<string, Forced['state']>> = { open: 'open', close: 'closed', probe: 'probe' };

@Controller('api/breakers')
export class BreakersController {
  constructor(
    private readonly database: Database,
    private readonly breakers: BreakerStore,
    private readonly announcer: Announcer,
  ) {}

  @Get()
  @Permission('kill-switches:read', { summary: 'Circuit breakers of the tenant’s calls, as the workers tell of them', answers: { 200: pageSchema(Breaker) } })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor }: PageQuery): Promise<Page<Breaker>> {
    const [after] = decodeCursor(cursor, ['text']) ?? [];
    const rows = await this.database.asTenant(tenantId, (tx) => this.breakers.list(tx, tenantId, after, limit + 1));
    return pageOf(rows, limit, ({ id }) => [id], (breaker) => breaker);
  }

  @Post(':id/:order')
  @HttpCode(200)
  @Permission('kill-switches:write', {
    summary: 'Open, close or probe a circuit breaker',
    description: 'open refuses every call until another order is given; close lets them go and forgets failures; probe tries one.',
    answers: { 200: Breaker },
  })
  order(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Param('order') order: string,
    @CheckedBody(BreakerOrder, { optional: true }) body: BreakerOrder | undefined,
  ): Promise<Breaker> {
    const state = Object.hasOwn(ORDERS, order) ? ORDERS[order] : undefined;
    const { tenantId } = caller;
    const reason = storable(body)?.reason ?? null;
    return this.database.asTenant(tenantId, async (tx) => {
      if (!state || !(await this.breakers.find(tx, tenantId, id))) throw new ToolplaneError('NOT_FOUND');
      const by = makerOf(caller);
      const moment = await this.breakers.force(tx, tenantId, id, { state, reason, by });
      const control = { kind: 'breaker', target: { type: 'breaker', id }, on: true, state, reason } as const;
      await this.announcer.announce(tx, moment, { tenantId, by, changed: [], control: [control] });
      const breaker = await this.breakers.find(tx, tenantId, id);
      if (!breaker) throw new ToolplaneError('NOT_FOUND');
      return breaker;
    });
  }
}
