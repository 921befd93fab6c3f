import type { RegistryToolkit, Toolkit } from '@toolplane/contracts/documents';
import type { Origin } from '../author/author.js';

/** A tool of a toolkit, in its place. */
export interface MemberRow {
  readonly id: string;
  readonly name: string;
}

export interface ToolkitRow {
  /** Null for a global one. */
  readonly tenantId: string | null;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tools: readonly MemberRow[];
  readonly origin: Origin;
  readonly shadowsGlobal: boolean;
  readonly revision: number;
  readonly createdAt: Date;
  readonly createdBy: { readonly type: string; readonly id: string } | null;
  readonly updatedAt: Date;
}

export const toToolkit = (row: ToolkitRow): Toolkit => ({
  name: row.name,
  description: row.description,
  scope: row.tenantId === null ? 'global' : 'tenant',
  tools: row.tools.map(({ name }) => name),
  id: row.id,
  tenantId: row.tenantId,
  origin: row.origin,
  shadowsGlobal: row.shadowsGlobal,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  updatedAt: row.updatedAt.toISOString(),
});

type Announced = Pick<ToolkitRow, 'tenantId' | 'id' | 'name' | 'description'> & { readonly tools: readonly Pick<MemberRow, 'id'>[] };

/** The object of an announcement of kind `toolkit`. */
export const toRegistryToolkit = ({ tenantId, id, name, description, tools }: Announced, deleted = false): RegistryToolkit => ({
  tenantId,
  id,
  name,
  description,
  tools: tools.map((tool) => tool.id),
  deleted,
});
