import { Inject, Injectable } from '@nestjs/common';
import { completeTool } from '@toolplane/contracts/documents';
import { newId } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { Announcements, Said } from '../announce/announcer.js';
import type { Moment } from '../announce/revision.js';
import type { Maker } from '../author/author.js';
import { toRegistryToolkit } from '../toolkits/toolkit-row.js';
import { ToolkitStore } from '../toolkits/toolkit.store.js';
import { DEPLOYMENT, type Deployment } from '../tools/deployment.js';
import { saidTool, saidVersion, switched, type Stored } from '../tools/tool-said.js';
import { ToolStore } from '../tools/tool.store.js';
import { FIRST_VERSION } from '../versions/next-version.js';
import { BASIC_TOOLKIT, BASIC_TOOLS, defaultTools } from './default-tools.js';

/** Gives a new tenant the tools and the toolkit that every tenant begins with. From then on they are its own. */
@Injectable()
export class DefaultRows {
  constructor(
    @Inject(DEPLOYMENT) private readonly deployment: Deployment,
    private readonly tools: ToolStore,
    private readonly toolkits: ToolkitStore,
  ) {}

  async insert(tx: Tx, tenantId: string, by: Maker, moment: Moment): Promise<Pick<Announcements, 'changed'> & Required<Pick<Announcements, 'control'>>> {
    const made: Stored[] = [];
    for (const body of defaultTools((provider) => this.deployment.providers.includes(provider))) {
      const stored: Stored = { tenantId, id: newId(), version: FIRST_VERSION, definition: completeTool(body) };
      const first = { ...stored, change: null, diff: [], by, origin: 'api' } as const;
      await this.tools.insert(tx, stored, first, moment);
      await this.tools.insertVersion(tx, stored, first, moment);
      made.push(stored);
    }
    const toolkit = { tenantId, id: newId(), ...BASIC_TOOLKIT, tools: BASIC_TOOLS.flatMap((name) => made.filter(({ definition }) => definition.name === name)) };
    await this.toolkits.insert(tx, { ...toolkit, origin: 'api', by }, moment);
    await this.toolkits.setTools(tx, toolkit, toolkit.tools);
    const change = { object: 'toolkit', id: toolkit.id, version: null, diff: [{ pointer: '', to: { name: toolkit.name, tools: BASIC_TOOLS } }] };
    const said: Said = { kind: 'toolkit', id: toolkit.id, object: toRegistryToolkit(toolkit), change };
    return {
      changed: [...made.flatMap((stored) => [saidVersion(stored), saidTool(stored, [madeOf(stored)])]), said],
      control: made.filter(({ definition }) => !definition.enabled).map(({ id }) => switched(id, false)),
    };
  }
}

const madeOf = ({ definition, version }: Stored) => ({ pointer: '', change: 'compatible', to: { name: definition.name, version } }) as const;
