import type { Assignment, AssignmentView, RegistryAssignment } from '@toolplane/contracts/documents';
import type { Origin } from '../author/author.js';

/** An assignment as it is stored, with the names of what it ties together. It belongs to the owner of its agent type. */
export interface AssignmentRow extends Assignment {
  /** Null for what is global. */
  readonly tenantId: string | null;
  readonly agentId: string;
  readonly agentName: string;
  readonly toolId: string;
  /** Null for a global tool. */
  readonly toolTenantId: string | null;
  readonly toolName: string;
  readonly toolIsDangerous: boolean;
  readonly origin: Origin;
  readonly revision: number;
  readonly createdAt: Date;
  readonly createdBy: { readonly type: string; readonly id: string } | null;
  readonly updatedAt: Date;
}

/** The assignment alone. The order of its members is fixed. */
export const assignmentOf = (row: Assignment): Assignment => ({
  enabled: row.enabled,
  orderIndex: row.orderIndex,
  allowUse: row.allowUse,
  requiresApproval: row.requiresApproval,
  approval: row.approval,
  usageLimit: row.usageLimit,
  allowedParameters: row.allowedParameters,
  deniedParameters: row.deniedParameters,
  parameterDefaults: row.parameterDefaults,
  version: row.version,
});

/** What only the server writes. */
export const ASSIGNMENT_SERVED = ['agent', 'agentId', 'tool', 'toolId', 'origin', 'liftsApproval', 'createdAt', 'updatedAt'] as const;

export const toAssignment = (row: AssignmentRow): AssignmentView => ({
  ...assignmentOf(row),
  agent: row.agentName,
  agentId: row.agentId,
  tool: row.toolName,
  toolId: row.toolId,
  origin: row.origin,
  liftsApproval: row.toolIsDangerous && row.requiresApproval === false,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** The object of an announcement of kind `assignment`. */
export const toRegistryAssignment = (row: Pick<AssignmentRow, 'tenantId' | 'agentId' | 'agentName' | 'toolId'> & Assignment): RegistryAssignment => ({
  tenantId: row.tenantId,
  agentId: row.agentId,
  agentName: row.agentName,
  toolId: row.toolId,
  ...assignmentOf(row),
});

/** Its id in announcements. */
export const assignmentKey = ({ agentId, toolId }: Pick<AssignmentRow, 'agentId' | 'toolId'>): string => `${agentId}:${toolId}`;
