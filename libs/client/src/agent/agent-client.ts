import { formatTools, toolsPrompt, type Agent, type AgentDefinition, type DeclaredSet, type FormattedTools, type ToolFormat } from '@toolplane/contracts/documents';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import type { CallResult, ToolCall } from '../call.js';
import { ApiProblem } from '../http/problem.js';
import type { ToolplaneClient } from '../http/toolplane-client.js';
import { staticAgent } from './static-set.js';

export interface AgentOptions {
  /** Name of the agent type. */
  readonly agent: string;
  /** The form in which the model's API takes tools. */
  readonly format: Exclude<ToolFormat, 'native'>;
  /** Narrows the set. */
  readonly toolkits?: readonly string[];
  /** The declared set to fall back to where the registry cannot be reached: `declaredSet(…)` of the files of `deploy/config/`. */
  readonly fallback?: DeclaredSet;
  /** Told when the set in hand comes from files: what was changed since is not in it. */
  readonly onFallback?: (reason: string) => void;
}

/** One of the model's tool calls, as its API names it. */
export interface ModelToolCall {
  /** The model's own id of the call: makes a repeat the same. */
  readonly id: string;
  /** The name that was sent to the model. */
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}
export type CallContext = Pick<ToolCall, 'exceptionId' | 'correlationId' | 'deadline' | 'waitMs' | 'signal'> & {
  /** Usage limits count per session; with the call's id it is the identity of a call. */
  readonly sessionId: string;
};

/** Looked at before anything is sent: the model called what it was not shown. */
export interface NotShown {
  readonly status: 'not_shown';
  readonly message: string;
}

/** An agent type ready to be used: its definition, its prompt, its tools as the model's API takes them, and the way to run them. */
export class AgentClient {
  private constructor(
    private readonly client: ToolplaneClient,
    /** Model, temperature, limits: the caller's model is called with these. */
    readonly definition: Agent | AgentDefinition,
    /** System prompt and tools, as text. */
    readonly prompt: string,
    private readonly set: FormattedTools,
    /** Where the set comes from. */
    readonly origin: 'registry' | 'files',
  ) {}

  /**
   * Loads an agent type and its tools, restricted as its assignments say. Where the registry cannot be reached it falls back to the
   * declared set, saying so; the calls themselves always go through Toolplane.
   * @throws ApiProblem for an agent type that is not there, DependencyDown where there is no fallback either
   */
  static async load(client: ToolplaneClient, options: AgentOptions): Promise<AgentClient> {
    const { agent, format, toolkits } = options;
    try {
      const [definition, set, prompt] = await Promise.all([client.agent(agent), client.agentTools(agent, { format, toolkits }), client.agentPrompt(agent, toolkits)]);
      return new AgentClient(client, definition, prompt, set, 'registry');
    } catch (error) {
      const found = isAway(error) && options.fallback ? staticAgent(options.fallback, agent, toolkits) : undefined;
      if (!found) throw error;
      options.onFallback?.(`the registry cannot be reached (${(error as Error).message}): ${agent} has the tools that its files declare`);
      return new AgentClient(client, found.agent, toolsPrompt(found.tools, found.agent.systemPrompt), formatTools(found.tools, format), 'files');
    }
  }

  /** For the model's API, in the format that was asked for. */
  get tools(): FormattedTools['items'] {
    return this.set.items;
  }
  /** What was changed so that the vendor takes it. */
  get warnings(): FormattedTools['warnings'] {
    return this.set.warnings;
  }

  /** Runs a call of the model as this agent. What it was not shown is not sent; everything else Toolplane decides. */
  async call({ id, name, input }: ModelToolCall, { sessionId, ...context }: CallContext): Promise<CallResult<ExecutionRecord> | NotShown> {
    const tool = Object.hasOwn(this.set.names, name) ? this.set.names[name] : undefined;
    if (tool === undefined) return { status: 'not_shown', message: `There is no tool ${name}; the tools are ${Object.keys(this.set.names).join(', ')}.` };
    return this.client.callTool({ ...context, run: sessionId, step: id, tool, payload: input, agent: this.definition.name, sessionId });
  }
}

const isAway = (error: unknown): boolean => error instanceof DependencyDown || (error instanceof ApiProblem && error.problem.status >= 500);
