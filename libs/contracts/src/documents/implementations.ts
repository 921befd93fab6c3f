import type { ToolBody } from './tool.js';
import type { Implementation } from './implementation.js';
import { controlImplementations } from './implementations-control.js';
import { workspaceImplementations } from './implementations-workspace.js';
import { knowledgeImplementations } from './implementations-knowledge.js';

/**
 * Every implementation there is: static, written here and nowhere else, never from a user's input. The worker that runs them holds the
 * same keys with what creates each.
 */
export const IMPLEMENTATIONS = Object.freeze({ ...knowledgeImplementations, ...workspaceImplementations, ...controlImplementations });
export type ImplementationKey = keyof typeof IMPLEMENTATIONS;
export const IMPLEMENTATION_KEYS: readonly ImplementationKey[] = Object.freeze(Object.keys(IMPLEMENTATIONS) as ImplementationKey[]);

/** Undefined for what is no key, `constructor` included. */
export const implementationOf = (key: string): Implementation | undefined =>
  Object.hasOwn(IMPLEMENTATIONS, key) ? IMPLEMENTATIONS[key as ImplementationKey] : undefined;

/** A tool of an implementation, with its own texts, schemas and flags. */
export const toolOf = (key: ImplementationKey, overrides: Partial<ToolBody> = {}): ToolBody => {
  const { metadata, inputSchema, outputSchema }: Implementation = IMPLEMENTATIONS[key];
  return {
    name: key,
    description: metadata.description,
    category: metadata.category,
    type: 'builtin',
    implementation: key,
    inputSchema,
    outputSchema,
    isDangerous: metadata.isDangerous,
    requiresApproval: metadata.isDangerous,
    idempotent: metadata.isIdempotent,
    exampleUsage: metadata.usageNote,
    ...overrides,
  };
};
