import { golden } from '../testing/index.js';
import { EVENTS, checkEvent, refuseEvent, ToolExecutionCompleted, ToolExecutionFailed, ToolExecutionRequested, ToolInvocationReported } from './index.js';

const request = { tool: 'echo', payload: {} };

describe('checking an event', () => {
  it('ignores members it does not know, at every level', () => {
    const { data } = golden(ToolInvocationReported);
    expect(checkEvent(ToolInvocationReported, { ...data, later: 1, redactions: [{ pointer: '/a', rule: 'schema', later: 1 }] })).toBeNull();
  });

  it.each([
    ['no data', undefined, '/data must be object'],
    ['a payload that is no object', { ...request, payload: [] }, '/data/payload must be object'],
    ['no tool', { payload: {} }, "/data must have required property 'tool'"],
    ['a word that is not of its list', { ...request, actor: { type: 'root', id: 'x' } }, '/data/actor/type must be equal to one of the allowed values: user, service, agent, playbook'],
    ['an execution id that is no UUID', { ...request, executionId: 'order-17' }, '/data/executionId must match format "uuid"'],
    ['a deadline that is no moment', { ...request, deadline: '2026-02-30T00:00:00Z' }, '/data/deadline must match format "date-time"'],
    ['NUL in a text that becomes a column', { ...request, sessionId: 'a\u0000b' }, '/data/sessionId must match pattern'],
    ['a text that is too long', { ...request, correlationId: 'x'.repeat(256) }, '/data/correlationId must NOT have more than 255 characters'],
  ])('says what is wrong with %s, by pointer', (_title, data, fault) => {
    expect(checkEvent(ToolExecutionRequested, data)).toContain(fault);
  });

  it('names no value of the data in a fault', () => {
    expect(checkEvent(ToolExecutionRequested, { ...request, executionId: 'my-secret' })).not.toContain('my-secret');
  });
});

describe('refusing an event', () => {
  const event = golden(ToolExecutionCompleted);

  it('takes what is of its types, of its major version and valid', () => {
    expect(refuseEvent([ToolExecutionCompleted, ToolExecutionFailed], event)).toBeNull();
    expect(refuseEvent([ToolExecutionCompleted], { ...event, dataschema: 'urn:toolplane:event:ToolExecutionCompleted:1.7' })).toBeNull();
  });

  it('takes an event without a schema, and one with a schema of the sender’s own', () => {
    const { dataschema: _, ...without } = event;
    expect(refuseEvent(EVENTS, without)).toBeNull();
    expect(refuseEvent(EVENTS, { ...event, dataschema: 'https://example.com/schema' })).toBeNull();
  });

  it('refuses a type that is not read here', () => {
    expect(refuseEvent([ToolExecutionFailed], event)).toMatchObject({ code: 'EVENT_TYPE_UNKNOWN' });
    expect(refuseEvent(EVENTS, { ...event, type: 'SomethingElse' })).toMatchObject({ code: 'EVENT_TYPE_UNKNOWN' });
  });

  it('refuses an unknown major version, whatever its data', () => {
    const dataschema = 'urn:toolplane:event:ToolExecutionCompleted:2.0';
    expect(refuseEvent(EVENTS, { ...event, dataschema })).toEqual({
      code: 'EVENT_TYPE_UNKNOWN',
      reason: 'major version 2 of ToolExecutionCompleted is not read here',
    });
  });

  it('refuses data that breaks the schema', () => {
    expect(refuseEvent(EVENTS, { ...event, data: { ...event.data, attempts: -1 } })).toEqual({ code: 'EVENT_INVALID', reason: '/data/attempts must be >= 0' });
  });
});
