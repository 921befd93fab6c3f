import { Injectable } from '@nestjs/common';
import { foldName, type AgentDefinition } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { Moment } from '../announce/revision.js';
import type { AgentKey } from '../assignments/assignment.queries.js';
import type { Maker, Origin } from '../author/author.js';
import type { AgentRow } from './agent-row.js';

export interface NewAgent extends AgentKey {
  readonly definition: AgentDefinition;
  readonly version: string;
  readonly origin: Origin;
  readonly by: Maker;
}

/** An agent type that was the default until now. */
export type Former = Pick<AgentRow, 'id' | 'name' | 'enabled' | 'origin'>;

const WRITTEN = [
  'name', 'folded_name', 'display_name', 'description', 'avatar_url', 'avatar_color', 'personality_traits', 'model', 'system_prompt', 'streaming_enabled',
  'max_context_tokens', 'max_output_tokens', 'temperature', 'enabled', 'is_default', 'version',
];
const written = (agent: AgentDefinition, version: string): unknown[] => [
  agent.name, foldName(agent.name), agent.displayName, agent.description, agent.avatarUrl, agent.avatarColor, agent.personalityTraits, agent.model, agent.systemPrompt,
  agent.streamingEnabled, agent.maxContextTokens, agent.maxOutputTokens, agent.temperature, agent.enabled, agent.isDefault, version,
];
const parametersFrom = (first: number): string => WRITTEN.map((_, index) => `$${index + first}`).join(', ');

const INSERT = `
  insert into registry.agents (tenant_id, id, origin, revision, created_at, updated_at, created_by, ${WRITTEN.join(', ')})
  values ($1, $2, $3, $4, $5, $5, $6, ${parametersFrom(7)})
  on conflict (owner, folded_name) do nothing returning id`;
const LOCK = `select 1 from registry.agents where (owner, id) = ($1, $2) for update`;
const UPDATE = `
  update registry.agents set revision = $3, updated_at = $4, (${WRITTEN.join(', ')}) = (${parametersFrom(5)}) where (owner, id) = ($1, $2)`;
const DEFAULT = `select id, name, enabled, origin from registry.agents where owner = $1 and is_default and id <> $2 for update`;
const UNSET_DEFAULT = `update registry.agents set is_default = false, revision = $3, updated_at = $4 where (owner, id) = ($1, $2)`;
const DELETE = `delete from registry.agents where (owner, id) = ($1, $2)`;

const ownerOf = ({ tenantId }: AgentKey): string => tenantId ?? GLOBAL;

/** Writes of agent types, by (owner, id). */
@Injectable()
export class AgentStore {
  /** Whether the name was free. */
  async insert(tx: Tx, { tenantId, id, origin, by, definition, version }: NewAgent, { revision, at }: Moment): Promise<boolean> {
    return (await tx.query(INSERT, [tenantId, id, origin, revision, at, JSON.stringify(by), ...written(definition, version)])).length === 1;
  }

  /** Whoever changes an agent type, or what it may do, holds it from here on; false where it is gone. */
  async lock(tx: Tx, key: AgentKey): Promise<boolean> {
    return (await tx.query(LOCK, [ownerOf(key), key.id])).length === 1;
  }

  async update(tx: Tx, key: AgentKey, definition: AgentDefinition, version: string, { revision, at }: Moment): Promise<void> {
    await tx.query(UPDATE, [ownerOf(key), key.id, revision, at, ...written(definition, version)]);
  }

  /** The owner's default, if that is another one. */
  async otherDefault(tx: Tx, key: AgentKey): Promise<Former | undefined> {
    return (await tx.query<Former>(DEFAULT, [ownerOf(key), key.id]))[0];
  }

  async unsetDefault(tx: Tx, key: AgentKey, { revision, at }: Moment): Promise<void> {
    await tx.query(UNSET_DEFAULT, [ownerOf(key), key.id, revision, at]);
  }

  /** Its assignments go with it. */
  async delete(tx: Tx, key: AgentKey): Promise<void> {
    await tx.query(DELETE, [ownerOf(key), key.id]);
  }
}
