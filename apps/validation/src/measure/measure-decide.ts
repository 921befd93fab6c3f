import { parseArgs } from 'node:util';
import { completeAssignment } from '@toolplane/contracts/documents';
import type { ToolRegistryChanged } from '@toolplane/contracts/events';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { Cases } from '../decide/cases.js';
import { decide } from '../decide/decide.js';
import { ControlProjection } from '../projection/control-projection.js';
import { RegistryProjection } from '../projection/registry-projection.js';
import { ASSIGNMENT, INPUT_SCHEMA, payloads } from './sample-request.js';

/**
 * How many decisions a processor makes in a second, against nothing but Ajv on the same payloads: in one process, by turns, the median of the rounds. A decision is
 * counted from the request as it was parsed to its twelve verdicts. Prints JSON; `npm run bench -- --scenario decide` runs it.
 */
const TOOL = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e10';
const AGENT = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8ea0';
const BATCH = 1_000;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' }, ms: { type: 'string', default: '1000' } } });
const requests = payloads(BATCH);

const cases = casesOf();
const asked = requests.map((payload) => ({ tenantId: 'demo', tool: 'search', version: undefined, agent: 'reader', sessionId: 's', payload }));
const ajv = new Ajv2020({ strict: false });
ajvFormats.default(ajv);
const validate = ajv.compile({ ...INPUT_SCHEMA, required: INPUT_SCHEMA.required.filter((name) => !(name in (ASSIGNMENT.parameterDefaults ?? {}))) });

const decisions = (): boolean => asked.every((each) => decide(cases.of(each).given).outcome === 'allowed');
const checks = (): boolean => requests.every((payload) => validate(payload));
const perSecond = { decisions: [] as number[], ajv: [] as number[] };
for (let round = -2; round < Number(values.rounds); round++) {
  const measured = { decisions: rateOf(decisions), ajv: rateOf(checks) };
  // The first rounds warm up.
  if (round >= 0) for (const name of ['decisions', 'ajv'] as const) perSecond[name].push(measured[name]);
}
const [decided, checked] = [median(perSecond.decisions), median(perSecond.ajv)];
process.stdout.write(`${JSON.stringify({
  payloadBytes: JSON.stringify(requests[0]).length, rounds: Number(values.rounds), decisionsPerCpuSecond: Math.round(decided), ajvPerCpuSecond: Math.round(checked),
  ratio: Math.round((decided / checked) * 1_000) / 1_000,
})}\n`);

/** By processor time: what else this machine is doing does not count. */
function rateOf(work: () => boolean): number {
  const before = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < Number(values.ms)) {
    if (!work()) throw new Error('a request that is measured was not allowed');
    done += BATCH;
  }
  const { user, system } = process.cpuUsage(before);
  return (done / (user + system)) * 1_000_000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function casesOf(): Cases {
  const registry = new RegistryProjection();
  const tell = (kind: ToolRegistryChanged['data']['kind'], id: string, object: unknown): void =>
    registry.apply('demo', { kind, id, revision: 1, deleted: false, object, change: null, changedBy: null });
  tell('tenant', 'demo', { id: 'demo', displayName: 'Demo', status: 'active' });
  tell('tool_version', `${TOOL}@1.0.0`, {
    tenantId: 'demo', toolId: TOOL, version: '1.0.0', name: 'search', description: 'Searches files.', inputSchema: INPUT_SCHEMA, outputSchema: null,
    spec: {}, timeoutMs: 30_000, retry: { maxAttempts: 3, backoffMs: 500 }, idempotent: true,
  });
  tell('tool', TOOL, {
    tenantId: 'demo', id: TOOL, name: 'search', type: 'dummy', provider: 'dummy', scope: 'tenant', currentVersion: '1.0.0', enabled: true, isDangerous: false,
    requiresApproval: false, approval: { required: 1, expiresAfterMs: 86_400_000 }, auth: { type: 'none' }, deleted: false,
  });
  tell('agent', AGENT, { tenantId: 'demo', id: AGENT, name: 'reader', enabled: true, deleted: false });
  tell('assignment', `${AGENT}:${TOOL}`, { tenantId: 'demo', agentId: AGENT, agentName: 'reader', toolId: TOOL, ...completeAssignment(ASSIGNMENT) });
  return new Cases(registry, new ControlProjection());
}
