import { readdirSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { golden } from '../testing/index.js';
import {
  EVENTS, createEvent, eventByType, recordKeyOf, requestedTopic, ToolAuditRecorded, ToolControlChanged, ToolExecutionRequested, ToolInvocationReported,
  ToolProviderHealthChanged, ToolRegistryChanged,
} from './index.js';
import * as entry from './index.js';

const kebab = (type: string): string => type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

/** Top-level members without a description, of the schema or of one of its alternatives. */
const undescribed = (data: TSchema): string[] =>
  Object.entries((data as { properties: Record<string, { description?: string; anyOf?: { description?: string }[]; enum?: unknown; const?: unknown; items?: { description?: string } }> }).properties)
    .filter(([, { description, anyOf, enum: words, const: word, items }]) => !description && !words && !word && !items?.description && !anyOf?.some((one) => one.description))
    .map(([name]) => name);

describe('the catalogue of events', () => {
  it('holds every definition of this folder, each in the file named after it', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((name) => /^tool-.*(?<!\.spec)\.ts$/.test(name));
    expect(EVENTS.map(({ type }) => `${kebab(type)}.ts`).sort()).toEqual(files.sort());
  });

  it('is exported name by name', () => {
    for (const definition of EVENTS) expect((entry as Record<string, unknown>)[definition.type]).toBe(definition);
  });

  it.each(EVENTS.map((definition) => [definition.type, definition] as const))('%s says when it happens and what its members mean', (_type, { when, data }) => {
    expect(when).toMatch(/^When .*\.$/);
    expect(undescribed(data)).toEqual([]);
  });

  it.each(EVENTS.map((definition) => [definition.type, definition] as const))('%s lies on the topic of its name', (type, { topic, version }) => {
    expect(topic).toMatch(/^tool\.[a-z.-]+\.v1$/);
    expect(version.split('.')[0]).toBe(/\.v(\d+)$/.exec(topic)?.[1]);
    expect(eventByType(type)?.topic).toBe(topic);
  });

  it('knows no other type', () => {
    expect(eventByType('constructor')).toBeUndefined();
  });
});

describe('making an event', () => {
  const given = {
    tenantId: 'demo', id: 'e1', subject: 'x1', source: 'execution', time: new Date(0), data: golden(ToolInvocationReported).data,
  };

  it('fills the attributes that the interface promises', () => {
    expect(createEvent(ToolInvocationReported, given)).toEqual({
      specversion: '1.0', id: 'e1', source: '/toolplane/execution', type: 'ToolInvocationReported', time: '1970-01-01T00:00:00.000Z', subject: 'x1',
      datacontenttype: 'application/json', dataschema: 'urn:toolplane:event:ToolInvocationReported:1.0', tenantid: 'demo', data: given.data,
    });
  });

  it('carries trace, cause and another topic only where they are given', () => {
    expect(createEvent(ToolInvocationReported, { ...given, causationId: 'c1', traceparent: 't', topic: 'elsewhere' })).toMatchObject({
      causationid: 'c1', traceparent: 't', topic: 'elsewhere',
    });
    expect(createEvent(ToolInvocationReported, { ...given, causationId: undefined, topic: undefined })).not.toHaveProperty('topic');
  });
});

describe('record keys', () => {
  const execution = '0910f337-bcfe-5d40-bebe-04bd023aed9b';
  it.each([
    ['an execution’s events lie by execution', golden(ToolInvocationReported), execution],
    ['an entry of the audit lies by tenant', golden(ToolAuditRecorded), 'demo'],
    ['a change of the registry lies by tenant, kind and id', golden(ToolRegistryChanged, { kind: 'enablement', id: 't1' }), 'demo enablement t1'],
    ['a control lies by tenant, kind and target', golden(ToolControlChanged, { target: { type: 'agent', id: 'a1' } }), 'demo kill_switch agent a1'],
    ['a worker lies by provider and worker', golden(ToolProviderHealthChanged, { breaker: null }), 'demo http provider-http-1'],
    ['a request without a subject lies by its id', golden(ToolExecutionRequested), 'order-17'],
  ])('%s', (_title, event, key) => {
    expect(recordKeyOf(event)).toBe(key);
  });

  it('tells the breakers of one worker apart', () => {
    const one = golden(ToolProviderHealthChanged);
    expect(recordKeyOf(one)).not.toBe(recordKeyOf({ ...one, data: { ...one.data, breaker: null } }));
  });
});

it('names the topic of an ingress', () => {
  expect(requestedTopic()).toBe('tool.execution.requested.v1');
  expect(requestedTopic('orders')).toBe('tool.execution.requested.v1.orders');
});
