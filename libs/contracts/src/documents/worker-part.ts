import type { DummySpec } from './dummy-spec.js';
import type { Endpoint } from './endpoint.js';
import type { McpSpec, ToolDefinition } from './tool.js';

/** The providers that a deployment may run; each has a worker and a topic of its own. */
export type ToolProvider = 'http' | 'dummy' | 'builtin' | 'mcp';
export interface ImplementationSpec {
  readonly implementation: string;
}
export type WorkerPart =
  | { readonly provider: 'http'; readonly spec: Endpoint }
  | { readonly provider: 'dummy'; readonly spec: DummySpec }
  | { readonly provider: 'mcp'; readonly spec: McpSpec }
  | { readonly provider: 'builtin'; readonly spec: ImplementationSpec };

type Described = Pick<ToolDefinition, 'type' | 'endpoint' | 'dummy' | 'implementation' | 'mcp'>;

/** Which worker runs a tool and what that worker needs to know. Null where the part that the type demands is missing. */
export const workerPart = (tool: Described): WorkerPart | null => {
  switch (tool.type) {
    case 'http':
      return tool.endpoint ? { provider: 'http', spec: tool.endpoint } : null;
    case 'dummy':
      return { provider: 'dummy', spec: tool.dummy ?? {} };
    case 'mcp':
      return tool.mcp ? { provider: 'mcp', spec: tool.mcp } : null;
    case 'builtin':
    case 'custom':
      return tool.implementation === undefined ? null : { provider: 'builtin', spec: { implementation: tool.implementation } };
  }
};
