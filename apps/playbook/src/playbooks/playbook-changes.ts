import { Injectable } from '@nestjs/common';
import { checkPlaybook, PLAYBOOK_SERVER_FIELDS, type Playbook, type PlaybookBody, type PlaybookReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { Database, duplicateKey, storable, type Tx } from '@toolplane/persistence';
import type { Caller } from '@toolplane/service-kit';
import { refuseUnlessMatch } from '../etag.js';
import { KnownTools } from './known-tools.js';
import { NAME_INDEX, playbookStore, type PlaybookContent, type PlaybookRow } from './playbook.store.js';

export const notFound = (): ToolplaneError => new ToolplaneError('NOT_FOUND', { message: 'there is no such playbook' });

export const playbookOf = ({ revision: _revision, createdAt, updatedAt, ...row }: PlaybookRow): Playbook => ({
  ...row,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

/** Every way in which a playbook changes. What is written has been checked as a whole, its tools included. */
@Injectable()
export class PlaybookChanges {
  constructor(
    private readonly database: Database,
    private readonly tools: KnownTools,
  ) {}

  async create(caller: Caller, body: PlaybookBody): Promise<PlaybookRow> {
    const { tenantId, principal } = caller;
    const content = await this.checked(caller, body);
    return this.write(tenantId, (tx) => playbookStore.insert(tx, { tenantId, id: newId(), createdBy: principal }, content));
  }

  async replace(caller: Caller, playbook: string, body: PlaybookReplacement, ifMatch: string | undefined): Promise<PlaybookRow> {
    const { tenantId } = caller;
    // Somebody who names no playbook of theirs need not be told what is wrong with its steps.
    await this.write(tenantId, (tx) => this.existing(tx, tenantId, playbook));
    const content = await this.checked(caller, body);
    return this.write(tenantId, async (tx) => {
      const row = await this.existing(tx, tenantId, playbook);
      refuseUnlessMatch(ifMatch, row);
      refuseForeignFields(body, row);
      const { name, description, steps } = row;
      return JSON.stringify(content) === JSON.stringify({ name, description, steps }) ? row : playbookStore.update(tx, row, content);
    });
  }

  async remove({ tenantId }: Caller, playbook: string, ifMatch: string | undefined): Promise<void> {
    await this.write(tenantId, async (tx) => {
      const row = await this.existing(tx, tenantId, playbook);
      refuseUnlessMatch(ifMatch, row);
      await playbookStore.delete(tx, row);
    });
  }

  private async existing(tx: Tx, tenantId: string, playbook: string): Promise<PlaybookRow> {
    const row = await playbookStore.find(tx, tenantId, playbook, 'update');
    if (!row) throw notFound();
    return row;
  }

  /** @throws ToolplaneError DEFINITION_INVALID with every fault */
  private async checked({ token }: Caller, body: PlaybookBody): Promise<PlaybookContent> {
    const own = checkPlaybook(body);
    const details = [...own, ...(await this.tools.faultsOf(body.steps, token)).filter(({ pointer }) => !own.some((fault) => fault.pointer === pointer))];
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    const { name, description = '', steps } = storable(body);
    return { name, description, steps };
  }

  private async write<Result>(tenantId: string, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    try {
      return await this.database.asTenant(tenantId, work);
    } catch (error) {
      throw duplicateKey(error) === NAME_INDEX ? new ToolplaneError('NAME_TAKEN') : error;
    }
  }
}

/** A definition that was read, edited and sent back carries what the server wrote; anything else in its place is a mistake. */
function refuseForeignFields(body: PlaybookReplacement, row: PlaybookRow): void {
  const shown = playbookOf(row);
  const details = PLAYBOOK_SERVER_FIELDS.filter((field) => body[field] !== undefined && JSON.stringify(body[field]) !== JSON.stringify(shown[field])).map(
    (field) => ({ pointer: `/${field}`, detail: 'is written by the server alone; leave it out or send it back as it was' }),
  );
  if (details.length > 0) throw new ToolplaneError('REQUEST_MALFORMED', { details });
}
