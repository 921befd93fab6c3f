import { describe, expect, it } from '@jest/globals';
import { writeCloudEvent } from '@toolplane/contracts/envelope';
import {
  ToolAuditRecorded, ToolControlChanged, ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionFailed, ToolExecutionProgressed,
  RULE_NAMES, RULE_SET, ToolProviderHealthChanged, ToolRegistryChanged, checkEvent,
} from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import type { DeadLetter } from '@toolplane/messaging';
import { digest, verifyChain } from '@toolplane/security/chain';
import { testService } from '@toolplane/service-kit/testing';
import { auditConfig } from '../audit.config.js';
import { auditMigrations } from '../audit.migrations.js';
import { AuditModule } from '../audit.module.js';
import type { Entry } from '../chain/entry.js';
import { another } from '../testing/events.js';
import { OnDeadLettersParked } from './on-dead-letters.js';
import { OnToolControlChanged } from './on-tool-control-changed.js';
import { OnToolExecutionCompleted } from './on-tool-execution-completed.js';
import { OnToolExecutionDecided } from './on-tool-execution-decided.js';
import { OnToolExecutionFailed } from './on-tool-execution-failed.js';
import { OnToolExecutionProgressed } from './on-tool-execution-progressed.js';
import { OnToolProviderHealthChanged } from './on-tool-provider-health-changed.js';
import { OnToolRegistryChanged } from './on-tool-registry-changed.js';

const service = testService(AuditModule, { definition: auditConfig, database: { service: 'audit', migrations: auditMigrations } });
const tenant = () => `t-${newId()}`;
const recorded = (tenantid: string): Entry[] => service.published(ToolAuditRecorded).filter((event) => event.tenantid === tenantid).map(({ data }) => data);
const only = (tenantid: string): Entry => {
  const entries = recorded(tenantid);
  expect(entries).toHaveLength(1);
  return entries[0] as Entry;
};

describe('what is recorded', () => {
  it('of a decision: who asked for what, every rule, and the digest of the arguments, not they themselves', async () => {
    const tenantid = tenant();
    await service.deliver(OnToolExecutionDecided, [another(ToolExecutionDecided, { tenantid, ruleSet: RULE_SET })]);
    expect(only(tenantid).rules.map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual(
      RULE_NAMES.map((rule) => `${rule} ${rule === 'agent_assignment' ? 'skipped' : 'pass'}`),
    );
    expect(only(tenantid).rules[0]).toEqual({ rule: 'tenant_active', verdict: 'pass', code: null, reason: 'the tenant is active', details: null });
    expect(only(tenantid)).toMatchObject({
      seq: 1, kind: 'decision', status: null, at: '2026-11-20T18:30:00.010Z', toolName: 'echo', toolVersion: '1.0.0', input: null,
      requestedBy: { type: 'ingress', id: 'User:orders' }, actor: { type: 'service', id: 'orders' }, prevHash: '0'.repeat(64),
      inputDigest: 'e7b995efa755c5ff3b84d2188b58cb4ae916a59470eb3761df8a814f11763500',
    });
  });

  it('of a decision by rules that only a newer release knows: those that travelled', async () => {
    const tenantid = tenant();
    await service.deliver(OnToolExecutionDecided, [another(ToolExecutionDecided, { tenantid, ruleSet: 'f'.repeat(64) })]);
    expect(only(tenantid).rules).toEqual([{ rule: 'agent_assignment', verdict: 'skipped', code: null, reason: 'the request names no agent', details: null }]);
  });

  it('of a rejection: its code, beside the decision', async () => {
    const tenantid = tenant();
    const error = { ...wireError('TOOL_NOT_FOUND'), errors: [] };
    await service.deliver(OnToolExecutionDecided, [another(ToolExecutionDecided, { tenantid, outcome: 'rejected', error, tool: null })]);
    expect(only(tenantid)).toMatchObject({ kind: 'decision', code: 'TOOL_NOT_FOUND', toolId: null, error: { remedy: error.remedy } });
  });

  it.each(['approved', 'denied', 'expired', 'void'])('of a decision that follows an approval that was %s: the approval', async (decision) => {
    const tenantid = tenant();
    const approval = { id: newId(), decision, by: 'someone', comment: 'fine' };
    await service.deliver(OnToolExecutionDecided, [another(ToolExecutionDecided, { tenantid, approval })]);
    expect(only(tenantid)).toMatchObject({ kind: 'approval', approval });
  });

  it('of an outcome: arguments and result, without what is named like a secret', async () => {
    const tenantid = tenant();
    const input = { text: 'hi', apiKey: 'very secret', headers: { Authorization: 'Bearer x' } };
    const output = [{ password: 'p' }, { ok: true }];
    const redactions = [{ pointer: '/input/card', rule: 'schema' }];
    await service.deliver(OnToolExecutionCompleted, [another(ToolExecutionCompleted, { tenantid, input, output, redactions, tokensUsed: 12 })]);
    const entry = only(tenantid);
    expect(entry).toMatchObject({
      kind: 'outcome', status: 'success', code: null, attempts: 1, tokensUsed: 12, error: null,
      input: { text: 'hi', apiKey: '[redacted]', headers: { Authorization: '[redacted]' } },
      output: [{ password: '[redacted]' }, { ok: true }],
    });
    expect(entry.redactions.map(({ pointer }) => pointer)).toEqual(['/input/card', '/input/apiKey', '/input/headers/Authorization', '/output/0/password']);
  });

  it.each([
    ['TOOL_NOT_FOUND', 'failed'], ['PROVIDER_TIMEOUT', 'failed'], ['EGRESS_DENIED', 'denied'], ['APPROVAL_DENIED', 'denied'],
    ['KILL_SWITCH', 'blocked'], ['PROVIDER_CIRCUIT_OPEN', 'blocked'],
  ] as const)('of a failure with %s: the word %s', async (code, status) => {
    const tenantid = tenant();
    await service.deliver(OnToolExecutionFailed, [another(ToolExecutionFailed, { tenantid, error: { ...wireError(code), errors: [] } })]);
    expect(only(tenantid)).toMatchObject({ kind: 'outcome', status, code, error: { code } });
  });

  it('counts a code of a newer release as failed', async () => {
    const tenantid = tenant();
    const error = { ...wireError('INTERNAL'), code: 'NOT_INVENTED_YET', errors: [] };
    await service.deliver(OnToolExecutionFailed, [another(ToolExecutionFailed, { tenantid, error })]);
    expect(only(tenantid)).toMatchObject({ status: 'failed', code: 'NOT_INVENTED_YET' });
  });

  it.each([['retry_scheduled', 'retry'], ['late_report', 'late_report'], ['cancelled', 'cancel'], ['redriven', 'dead_letter'], ['discarded', 'dead_letter']] as const)(
    'of the transition %s: an entry of kind %s', async (kind, expected) => {
      const tenantid = tenant();
      await service.deliver(OnToolExecutionProgressed, [another(ToolExecutionProgressed, { tenantid, kind, attempt: 2 })]);
      expect(only(tenantid)).toMatchObject({ kind: expected, attempts: 2, status: null });
    });

  it('of a call that merely lasts long: nothing', async () => {
    const tenantid = tenant();
    await service.deliver(OnToolExecutionProgressed, [another(ToolExecutionProgressed, { tenantid, kind: 'running' })]);
    expect(recorded(tenantid)).toEqual([]);
  });

  it('of a change of a definition: what changed, found by the tool; of a state that is only said again: nothing', async () => {
    const tenantid = tenant();
    const change = { object: 'tool', id: 'x', version: '1.1.0', diff: { headers: { before: null, after: { token: 'secret' } } } };
    await service.deliver(OnToolRegistryChanged, [
      another(ToolRegistryChanged, { tenantid, change, id: 'x' }),
      another(ToolRegistryChanged, { tenantid, change: null }),
    ]);
    expect(only(tenantid)).toMatchObject({
      kind: 'change', toolId: 'x', toolName: 'echo', toolVersion: '1.1.0', requestedBy: { type: 'user' },
      change: { ...change, diff: { headers: { before: null, after: { token: '[redacted]' } } } },
      redactions: [{ pointer: '/change/diff/headers/after/token', rule: 'key' }],
    });
  });

  it('of a change of an agent type or of what it may use: found by the agent', async () => {
    const tenantid = tenant();
    const change = { object: 'assignment', id: 'a:t', version: null, diff: { enabled: { before: true, after: false } } };
    await service.deliver(OnToolRegistryChanged, [
      another(ToolRegistryChanged, { tenantid, kind: 'agent', id: 'a', object: { name: 'analysis' }, change: { ...change, object: 'agent', id: 'a' } }),
      another(ToolRegistryChanged, { tenantid, kind: 'assignment', id: 'a:t', object: { agentName: 'analysis', toolId: 't' }, change }),
    ]);
    expect(recorded(tenantid)).toMatchObject([{ kind: 'change', agent: 'analysis', toolId: null }, { kind: 'change', agent: 'analysis', toolId: 't' }]);
  });

  it('of what an operator stops: kill switches and breakers, not what registry.changed tells as well', async () => {
    const tenantid = tenant();
    await service.deliver(OnToolControlChanged, [
      another(ToolControlChanged, { tenantid }),
      another(ToolControlChanged, { tenantid, kind: 'breaker', target: { type: 'breaker', id: 'b' }, state: 'open' }),
      another(ToolControlChanged, { tenantid, kind: 'tool_disabled' }),
      another(ToolControlChanged, { tenantid, kind: 'tenant_suspended', target: { type: 'tenant', id: tenantid } }),
    ]);
    expect(recorded(tenantid)).toMatchObject([
      { kind: 'kill_switch', toolId: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e10', change: { object: 'kill_switch tool', diff: { on: true } } },
      { kind: 'breaker', change: { object: 'breaker breaker', id: 'b', diff: { state: 'open' } } },
    ]);
  });

  it('of a worker: its breakers, not that it comes and goes', async () => {
    const tenantid = tenant();
    await service.deliver(OnToolProviderHealthChanged, [
      another(ToolProviderHealthChanged, { tenantid }),
      another(ToolProviderHealthChanged, { tenantid, breaker: null, status: 'down' }),
    ]);
    expect(only(tenantid)).toMatchObject({ kind: 'breaker', change: { object: 'breaker', diff: { state: 'open', origin: 'https://api.example.com' } } });
  });

  it('of a parked record: where it lay and why; under nobody’s name where its tenant is in doubt', async () => {
    const tenantid = tenant();
    const executionId = newId();
    const value = Buffer.from(JSON.stringify({ tenantid, data: { executionId } }));
    const letter = (code: string, offset: bigint): DeadLetter => ({
      code, reason: 'because', attempts: 3, topic: 'tool.execution.decided.v1', partition: 0, offset, key: null, value, headers: {},
      record: { topic: 'tool.dead-letter.v1', partition: 0, offset, appendedAt: Date.parse('2026-11-20T18:30:00Z') },
    });
    const handler = service.get(OnDeadLettersParked);
    const letters = [letter('HANDLER_FAILED', 7n), letter('TENANT_NOT_ALLOWED', 8n), { ...letter('EVENT_INVALID', 9n), value: Buffer.from([0, 255]) }];
    await handler.handle(letters);
    await handler.handle(letters);
    expect(new Set(recorded(tenantid).map(({ hash }) => hash)).size).toBe(1);
    expect(recorded(tenantid)[0]).toMatchObject({
      kind: 'dead_letter', code: 'HANDLER_FAILED', executionId, attempts: 3,
      change: { object: 'dead_letter', diff: { topic: 'tool.execution.decided.v1', partition: 0, offset: '7', reason: 'because' } },
    });
    expect(new Set(recorded('*').map(({ code }) => code))).toEqual(new Set(['TENANT_NOT_ALLOWED', 'EVENT_INVALID']));
  });
});

describe('what is published', () => {
  it('is the entry whole, valid by its schema, hashed as promised, and caused by its event', async () => {
    const tenantid = tenant();
    const events = [another(ToolExecutionCompleted, { tenantid }), another(ToolExecutionCompleted, { tenantid })];
    await service.deliver(OnToolExecutionCompleted, events);
    const published = service.published(ToolAuditRecorded).filter((event) => event.tenantid === tenantid);
    expect(published.map(({ causationid }) => causationid)).toEqual(events.map(({ id }) => id));
    expect(published.map(({ subject, traceparent }) => [subject, traceparent])).toEqual(events.map(({ subject, traceparent }) => [subject, traceparent]));
    for (const event of published) {
      const { data } = event;
      expect(JSON.parse(writeCloudEvent(event).value)).toEqual(JSON.parse(JSON.stringify(event)));
      expect(checkEvent(ToolAuditRecorded, data)).toBeNull();
      const { hash, ...rest } = data;
      expect(digest(rest)).toBe(hash);
    }
    expect(verifyChain(published.map(({ data }) => data))).toMatchObject({ ok: true, entries: 2 });
  });

  it('is the same again, under the same ids, when the same events come again', async () => {
    const tenantid = tenant();
    const events = Array.from({ length: 5 }, () => another(ToolExecutionCompleted, { tenantid, input: { text: 'a\0b', half: '\ud800' }, sessionId: 's\0' }));
    await service.deliver(OnToolExecutionCompleted, events);
    const first = service.published(ToolAuditRecorded).filter((event) => event.tenantid === tenantid);
    await service.deliver(OnToolExecutionCompleted, [...events].reverse());
    const again = service.published(ToolAuditRecorded).filter((event) => event.tenantid === tenantid).slice(5);
    expect([...again].reverse()).toEqual(first);
  });
});
