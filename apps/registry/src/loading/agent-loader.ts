import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CONTROL_TOOLS, formatTools, toolsPrompt, type LoadedTool, type ToolFormat } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { LRUCache } from 'lru-cache';
import type { AgentRow } from '../agents/agent-row.js';
import { AgentQueries } from '../agents/agent.queries.js';
import { AssignedToolsQueries } from './assigned-tools.queries.js';
import { controlTools, loadedTool } from './loaded-tools.js';
import { RevisionReader } from './revision-reader.js';

const MAX_CACHED_BYTES = 64 * 1_048_576;

/** Whose tools, which of them, and in which form. */
export interface Wanted {
  readonly tenantId: string;
  readonly agent: string;
  /** Names or ids; all where undefined. */
  readonly toolkits: readonly string[] | undefined;
  readonly form: ToolFormat | 'prompt';
}
/** An answer as it is sent. */
export interface Loaded {
  readonly body: Buffer;
  readonly etag: string;
}
interface Kept {
  readonly state: string;
  readonly loaded: Promise<Loaded>;
}

/**
 * Loads what an agent may use, ready to be sent. Answers are kept for as long as nothing of the tenant's definitions, and nothing global,
 * has changed; that is asked each time, so that no answer is older than its question.
 */
@Injectable()
export class AgentLoader {
  private readonly kept = new LRUCache<string, Kept>({ maxSize: MAX_CACHED_BYTES });

  constructor(
    private readonly database: Database,
    private readonly agents: AgentQueries,
    private readonly queries: AssignedToolsQueries,
    private readonly revisions: RevisionReader,
  ) {}

  /** @throws ToolplaneError NOT_FOUND for an agent type or a toolkit that the tenant has not */
  async load(wanted: Wanted): Promise<Loaded> {
    const key = JSON.stringify([wanted.tenantId, wanted.form, wanted.agent, wanted.toolkits ?? null]);
    const state = await this.revisions.stateOf(wanted.tenantId);
    const known = this.kept.get(key);
    if (known?.state === state) return known.loaded;
    const loaded = this.make(wanted);
    this.kept.set(key, { state, loaded }, { size: key.length });
    try {
      const done = await loaded;
      // Its weight is known only now; what took its place in the meantime stays.
      if (this.kept.peek(key)?.loaded === loaded) this.kept.set(key, { state, loaded }, { size: key.length + done.body.length });
      return done;
    } catch (error) {
      if (this.kept.peek(key)?.loaded === loaded) this.kept.delete(key);
      throw error;
    }
  }

  private async make({ tenantId, agent, toolkits, form }: Wanted): Promise<Loaded> {
    const { row, tools } = await this.database.asTenant(tenantId, async (tx) => {
      const found = await this.agents.find(tx, tenantId, agent);
      if (!found) throw new ToolplaneError('NOT_FOUND');
      const ids = toolkits === undefined ? null : await this.queries.toolkits(tx, tenantId, toolkits);
      if (ids === undefined) throw new ToolplaneError('NOT_FOUND', { details: [{ pointer: '/toolkits', detail: 'names a toolkit that is not there' }] });
      // An agent type that is switched off can do nothing but say so.
      const assigned = found.enabled ? (await this.queries.assigned(tx, tenantId, found, ids)).map(loadedTool) : [];
      const after = (assigned.at(-1)?.orderIndex ?? -1) + 1;
      return { row: found, tools: [...assigned, ...controlTools(await this.queries.controls(tx, tenantId, CONTROL_TOOLS), after)] };
    });
    const body = Buffer.from(rendered(row, tools, form));
    return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` };
  }
}

const rendered = ({ systemPrompt }: AgentRow, tools: readonly LoadedTool[], form: Wanted['form']): string =>
  form === 'prompt' ? toolsPrompt(tools, systemPrompt) : JSON.stringify(formatTools(tools, form));
