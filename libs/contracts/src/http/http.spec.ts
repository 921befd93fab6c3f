import { Ajv2020 } from 'ajv/dist/2020.js';
import type { TObject } from 'typebox';
import { isDateTime, isUuid } from '../events/index.js';
import * as http from './index.js';
import { AcceptBody, ExecuteBody, ExecutionRecord, IDEMPOTENCY_KEY, Problem, TokenBody } from './index.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, formats: { 'date-time': isDateTime, uuid: isUuid } });
const accepts = (schema: TObject, value: unknown): boolean => ajv.compile(schema)(value);
const schemas = Object.entries(http as Record<string, unknown>).filter((entry): entry is [string, TObject] => (entry[1] as TObject | undefined)?.type === 'object');
const members = ({ properties }: TObject): string[] => Object.keys(properties).sort();

describe('the bodies of the HTTP interface', () => {
  it.each(schemas)('%s is a schema that compiles, with nothing optional that it does not name', (_name, schema) => {
    expect(() => ajv.compile(schema)).not.toThrow();
    expect(members(schema)).toEqual(expect.arrayContaining([...(schema.required ?? [])]));
  });

  it('have the members of an execution record that are promised, each always there', () => {
    const promised = [
      'id', 'tenantId', 'request', 'correlationId', 'toolId', 'toolName', 'toolVersion', 'status', 'requestedBy', 'actor', 'agent', 'sessionId', 'exceptionId',
      'input', 'output', 'outputRef', 'redactions', 'error', 'approval', 'attempts', 'traceId', 'createdAt', 'startedAt', 'finishedAt', 'updatedAt',
    ];
    expect(members(ExecutionRecord)).toEqual([...promised].sort());
    expect([...(ExecutionRecord.required ?? [])].sort()).toEqual([...promised].sort());
  });

  it('have the members of a problem document that are promised', () => {
    expect(members(Problem)).toEqual(['code', 'detail', 'errors', 'remedy', 'retryable', 'status', 'title', 'traceId', 'type']);
  });
});

describe('the body of execute', () => {
  const full = {
    payload: { text: 'hi' }, exceptionId: 'case-9', agent: 'analysis', sessionId: 's', version: '1.0.0', correlationId: 'c', deadline: '2026-11-20T18:30:00Z',
    executionId: '0910f337-bcfe-5d40-bebe-04bd023aed9b', actor: { type: 'user', id: 'u' },
  };

  it('takes a payload alone, and all that may stand beside it', () => {
    expect(accepts(ExecuteBody, { payload: {} })).toBe(true);
    expect(accepts(ExecuteBody, full)).toBe(true);
  });

  it.each([
    ['no payload', {}],
    ['a payload that is no object', { payload: 'text' }],
    ['a tenant', { ...full, tenantId: 'acme' }],
    ['a requester', { ...full, requestedBy: { type: 'user', id: 'root' } }],
    ['an id that is no UUID', { ...full, executionId: '17' }],
    ['a text with NUL', { ...full, sessionId: 'a\u0000' }],
    ['an empty text', { ...full, agent: '' }],
    ['a deadline without a zone', { ...full, deadline: '2026-11-20T18:30:00' }],
    ['an actor of a kind that is none', { ...full, actor: { type: 'root', id: 'x' } }],
  ])('refuses %s', (_what, body) => {
    expect(accepts(ExecuteBody, body)).toBe(false);
  });
});

it('the calls between services refuse what they do not know', () => {
  expect(accepts(TokenBody, { credential: 'tp_x', ip: null })).toBe(true);
  expect(accepts(TokenBody, { credential: 'tp_x', ip: null, roles: ['platform-admin'] })).toBe(false);
  expect(accepts(AcceptBody, { executionId: 'x', check: {}, request: {}, path: '/' })).toBe(false);
});

it.each([
  ['a', true],
  ['k'.repeat(255), true],
  ['', false],
  ['k'.repeat(256), false],
  ['with space', false],
  ['line\nbreak', false],
  ['ключ', false],
])('an idempotency key may be %j: %s', (key, ok) => {
  expect(IDEMPOTENCY_KEY.test(key)).toBe(ok);
});
