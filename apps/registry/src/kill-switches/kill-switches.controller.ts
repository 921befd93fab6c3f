import { Controller, Get, Param, Put, Query } from '@nestjs/common';
import { KILL_SWITCH_TARGETS, KillSwitch, KillSwitchBody, type KillSwitchTarget } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import { pageSchema } from '../page-schema.js';
import { KillSwitchChanges } from './kill-switch-changes.js';
import { KillSwitchStore, type KillSwitchRow } from './kill-switch.store.js';

const toKillSwitch = ({ type, id, name, scope, on, reason, changedAt, changedBy }: KillSwitchRow): KillSwitch => ({
  type, id, name, scope, on, reason, changedAt: changedAt?.toISOString() ?? null, changedBy,
});

/** Another word in the path is another path. */
const targetOf = (type: string): KillSwitchTarget => {
  const found = KILL_SWITCH_TARGETS.find((target) => target === type);
  if (!found) throw new ToolplaneError('NOT_FOUND');
  return found;
};

@Controller('api/kill-switches')
export class KillSwitchesController {
  constructor(
    private readonly database: Database,
    private readonly switches: KillSwitchStore,
    private readonly changes: KillSwitchChanges,
  ) {}

  @Get()
  @Permission('kill-switches:read', { summary: 'Every kill switch that was ever used, those of the platform too', answers: { 200: pageSchema(KillSwitch) } })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor }: PageQuery): Promise<Page<KillSwitch>> {
    const after = decodeCursor(cursor, ['text', 'text', 'text']);
    const rows = await this.database.asTenant(tenantId, (tx) => this.switches.list(tx, tenantId, after, limit + 1));
    return pageOf(rows, limit, ({ type, id, owner }) => [type, id, owner], toKillSwitch);
  }

  @Get(':type/:id')
  @Permission('kill-switches:read', { summary: 'Whether a tool, agent type or tenant is stopped', answers: { 200: KillSwitch } })
  async get(@Caller() caller: Caller, @Param('type') type: string, @Param('id') id: string): Promise<KillSwitch> {
    return toKillSwitch(await this.changes.get(caller, targetOf(type), id));
  }

  @Put(':type/:id')
  @Permission('kill-switches:write', { summary: 'Stop a tool, agent type or tenant at once, or free it', answers: { 200: KillSwitch } })
  async put(@Caller() caller: Caller, @Param('type') type: string, @Param('id') id: string, @CheckedBody(KillSwitchBody) body: KillSwitchBody): Promise<KillSwitch> {
    return toKillSwitch(await this.changes.put(caller, targetOf(type), id, body));
  }
}
