import type { Agent, FormattedTools, Playbook, PlaybookRun, SealingKeys, Tool, ToolFormat } from '@toolplane/contracts/documents';
import { HTTP_HEADERS, MAX_WAIT_SECONDS, type ExecutionRecord } from '@toolplane/contracts/http';
import { contextOf, idempotencyKeyOf, WAIT_MS, type CallResult, type ToolCall } from '../call.js';
import { ApiProblem, problemOf } from './problem.js';
import { Transport, type Answer, type Request, type TransportOptions } from './transport.js';

/** What every list answers. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
type Filter = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** How much longer than a wait an answer may take to come. */
const MARGIN_MS = 10_000;
const part = encodeURIComponent;
const isFinal = ({ status }: ExecutionRecord): boolean => status === 'succeeded' || status === 'failed';

/** Toolplane over HTTP. The methods that read throw `ApiProblem` for an answer from 400 on, and `DependencyDown` where there is none. */
export class ToolplaneClient {
  private readonly transport: Transport;

  constructor(options: TransportOptions) {
    this.transport = new Transport(options);
  }

  /**
   * Runs a tool and waits for the end. Safe to repeat: whatever happens in between, the same identity is the same execution. Where nothing
   * is accepted (503, no connection) it is tried again, under the same key, for as long as there is time.
   * @throws DependencyDown where nobody answered in time: whether it was accepted is unknown, call again with the same identity
   */
  async callTool(call: ToolCall): Promise<CallResult<ExecutionRecord>> {
    const { tool, payload, waitMs = WAIT_MS, signal } = call;
    const until = performance.now() + waitMs;
    const headers = { [HTTP_HEADERS.idempotencyKey]: idempotencyKeyOf(call) };
    const body = { payload, ...contextOf(call) };
    const path = `/api/tools/${part(tool)}/execute`;
    const answer = await this.transport.persist<ExecutionRecord>((left) => waiting({ method: 'POST', path, headers, body, signal }, left), until, signal);
    if (answer.status !== 200 && answer.status !== 202) return { status: 'refused', problem: problemOf(answer) };
    return this.ended(answer.body, until, signal);
  }

  /** Waits for the end of an execution that was started before. */
  async waitFor(executionId: string, { waitMs = WAIT_MS, signal }: Pick<ToolCall, 'waitMs' | 'signal'> = {}): Promise<CallResult<ExecutionRecord>> {
    const until = performance.now() + waitMs;
    return this.ended(await this.execution(executionId), until, signal);
  }

  /** The record as it stands. */
  execution(id: string): Promise<ExecutionRecord> {
    return this.get(`/api/tools/executions/${part(id)}`);
  }
  executions(filter: Filter = {}): Promise<Page<ExecutionRecord>> {
    return this.get(`/api/tools/executions${queryOf(filter)}`);
  }
  /** Asks for its end; what has begun outside may still take effect. */
  cancel(executionId: string): Promise<unknown> {
    return this.ask({ method: 'POST', path: `/api/tools/executions/${part(executionId)}/cancel`, body: {} });
  }
  tool(tool: string): Promise<Tool> {
    return this.get(`/api/tools/${part(tool)}`);
  }
  tools(filter: Filter = {}): Promise<Page<Tool>> {
    return this.get(`/api/tools${queryOf(filter)}`);
  }
  agent(agent: string): Promise<Agent> {
    return this.get(`/api/agents/${part(agent)}`);
  }
  /** Ready for a vendor's API, restricted as the agent type's assignments say. */
  agentTools(agent: string, { format, toolkits }: { readonly format: ToolFormat; readonly toolkits?: readonly string[] | undefined }): Promise<FormattedTools> {
    return this.get(`/api/agents/${part(agent)}/tools${queryOf({ format, toolkits })}`);
  }
  /** Markdown. */
  agentPrompt(agent: string, toolkits?: readonly string[]): Promise<string> {
    return this.get(`/api/agents/${part(agent)}/prompt${queryOf({ toolkits })}`);
  }
  playbook(playbook: string): Promise<Playbook> {
    return this.get(`/api/playbooks/${part(playbook)}`);
  }
  playbookRun(id: string): Promise<PlaybookRun> {
    return this.get(`/api/playbook-runs/${part(id)}`);
  }
  sealingKeys(): Promise<SealingKeys> {
    return this.get('/api/sealing-keys');
  }

  /** Any GET route. */
  get<Body>(path: string): Promise<Body> {
    return this.ask<Body>({ method: 'GET', path });
  }

  /** Any route, once. @throws ApiProblem from 400 on, DependencyDown */
  async ask<Body>(request: Request): Promise<Body> {
    const answer = await this.transport.send<Body>(request);
    if (answer.status >= 400) throw new ApiProblem(problemOf(answer));
    return answer.body;
  }

  private async ended(accepted: ExecutionRecord, until: number, signal: AbortSignal | undefined): Promise<CallResult<ExecutionRecord>> {
    let record = accepted;
    const path = `/api/tools/executions/${part(record.id)}`;
    while (!isFinal(record) && performance.now() < until) {
      const answer = await this.poll(path, until, signal);
      if (!answer) break;
      if (answer.status >= 400) throw new ApiProblem(problemOf(answer));
      record = answer.body;
    }
    if (record.status === 'succeeded') return { status: 'succeeded', executionId: record.id, output: await this.outputOf(record), source: record };
    if (record.status === 'failed' && record.error) return { status: 'failed', executionId: record.id, error: record.error, source: record };
    return { status: 'pending', executionId: record.id, awaitsApproval: record.status === 'awaiting_approval' };
  }

  /** It is accepted: that nobody answers for a while is no error any more. */
  private async poll(path: string, until: number, signal: AbortSignal | undefined): Promise<Answer<ExecutionRecord> | null> {
    try {
      return await this.transport.persist<ExecutionRecord>((left) => waiting({ method: 'GET', path, signal }, left), until, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      return null;
    }
  }

  private outputOf({ output, outputRef }: ExecutionRecord): unknown {
    return output === null && outputRef !== null ? this.get(outputRef.url) : output;
  }
}

/** A request that is answered when the execution has ended, at the latest when the time is over. */
const waiting = (request: Request, leftMs: number): Request => {
  const seconds = Math.min(MAX_WAIT_SECONDS, Math.floor(leftMs / 1_000));
  return { ...request, headers: { ...request.headers, [HTTP_HEADERS.prefer]: `wait=${seconds}` }, timeoutMs: seconds * 1_000 + MARGIN_MS };
};

function queryOf(filter: Filter): string {
  const query = new URLSearchParams(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((each): [string, string] => [name, String(each)]))),
  ).toString();
  return query === '' ? '' : `?${query}`;
}

