import { eventually } from './eventually.js';
import { COMPLETED, FAILED, REQUESTED, requestEvent, type System } from './system.js';

const LIMIT = 10;
const HALF = 500;

/** A thousand requests of an agent that may call a tool ten times a session, in two halves, so that something can happen between them. */
export class LimitedRequests {
  private readonly agent = `e2e_limited_${Date.now()}`;
  private readonly requests = Array.from({ length: 2 * HALF }, () => {
    const { value, executionId } = requestEvent();
    const event = JSON.parse(value) as { data: object };
    return { executionId, value: JSON.stringify({ ...event, data: { ...event.data, agent: this.agent, sessionId: 'e2e' } }) };
  });

  constructor(private readonly system: System) {}

  async sendFirst(): Promise<void> {
    const { api, log } = this.system;
    const agent = { name: this.agent, displayName: 'Limited', model: 'none', systemPrompt: 'None.' };
    expect((await api.post('/api/agents', agent)).status).toBe(201);
    expect((await api.post(`/api/agents/${this.agent}/tools/echo`, { usageLimit: LIMIT })).status).toBe(201);
    const ask = { payload: {}, agent: this.agent, sessionId: 'another' };
    await eventually(async () => (await api.post('/api/tools/echo/validate', ask)).body.allowed === true);
    await log.publish(REQUESTED, this.requests.slice(0, HALF).map(({ value }) => value));
  }

  sendRest(): Promise<void> {
    return this.system.log.publish(REQUESTED, this.requests.slice(HALF).map(({ value }) => value));
  }

  /** Ten ended well, and all others for one reason. */
  async check(): Promise<void> {
    const ids = new Set(this.requests.map(({ executionId }) => executionId));
    const ended = (topic: string) => this.system.log.seen(topic).filter(({ data }) => ids.has(data.executionId));
    const count = (topic: string): number => new Set(ended(topic).map(({ data }) => data.executionId)).size;
    await eventually(() => count(COMPLETED) + count(FAILED) === 2 * HALF, {
      withinMs: 60_000,
      describe: () => `${count(COMPLETED)} completed, ${count(FAILED)} failed`,
    });
    const codes = ended(FAILED).map(({ data }) => data.error?.code);
    // What a worker had taken when it was killed is a use as well.
    const unknown = codes.filter((code) => code === 'OUTCOME_UNKNOWN').length;
    expect(count(COMPLETED) + unknown).toBe(LIMIT);
    expect(new Set(codes.filter((code) => code !== 'OUTCOME_UNKNOWN'))).toEqual(new Set(['USAGE_LIMIT_REACHED']));
  }
}
