import type { ToolplaneClient } from '../http/toolplane-client.js';
import { AgentClient, type AgentOptions } from './agent-client.js';

const FRESH_MS = 60_000;

/** Makes agents when they are first needed, and anew when they are a minute old: for programs that serve several, such as a chat service. */
export class AgentFactory {
  private readonly made = new Map<string, { readonly until: number; readonly agent: Promise<AgentClient> }>();

  constructor(
    private readonly client: ToolplaneClient,
    private readonly options: Omit<AgentOptions, 'agent' | 'toolkits'>,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** @throws as `AgentClient.load`; what failed is tried anew at the next call */
  agent(agent: string, toolkits?: readonly string[]): Promise<AgentClient> {
    const key = JSON.stringify([agent, toolkits ?? null]);
    const known = this.made.get(key);
    if (known && known.until > this.clock()) return known.agent;
    const loading = AgentClient.load(this.client, { ...this.options, agent, ...(toolkits && { toolkits }) });
    this.made.set(key, { until: this.clock() + FRESH_MS, agent: loading });
    loading.catch(() => this.made.delete(key));
    return loading;
  }
}
