import { EVENTS, TOPICS } from '../events/index.js';
import { ERROR_FAMILIES } from '../errors/index.js';
import { asyncApi } from './async-api.js';
import { errorsPage } from './errors-page.js';
import { eventsPage } from './events-page.js';

const document = JSON.parse(JSON.stringify(asyncApi('0.1.0'))) as {
  readonly channels: Record<string, { readonly address: string; readonly bindings?: object }>;
  readonly operations: Record<string, { readonly action: string }>;
  readonly components: { readonly messages: object };
};

const referencesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (name === '$ref' ? [String(member)] : referencesIn(member)));
};
const resolve = (reference: string): unknown =>
  reference.slice(2).split('/').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);

describe('the AsyncAPI document', () => {
  it('points at nothing that is not there', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(TOPICS.length);
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([]);
  });

  it('has a channel for every topic with its partitions, and a message for every event', () => {
    const channels = Object.values(document.channels);
    for (const { name, partitions } of TOPICS)
      expect(channels).toContainEqual(expect.objectContaining({ address: name, bindings: { kafka: expect.objectContaining({ partitions }) } }));
    expect(Object.keys(document.components.messages)).toEqual([...EVENTS.map(({ type }) => type), 'DeadLetter']);
  });

  it('says of every topic who writes and who reads it', () => {
    const operations = Object.values(document.operations);
    expect(operations.filter(({ action }) => action === 'send')).toHaveLength(TOPICS.flatMap(({ producers }) => producers).length);
    expect(operations.filter(({ action }) => action === 'receive')).toHaveLength(TOPICS.flatMap(({ consumers }) => consumers).length);
  });
});

describe('the reference pages', () => {
  it('name every code and every event', () => {
    const errors = errorsPage();
    for (const code of ERROR_FAMILIES.flatMap((family) => Object.keys(family.errors))) expect(errors).toContain(`| \`${code}\` |`);
    const events = eventsPage(new Map());
    for (const { type } of EVENTS) expect(events).toContain(`## ${type}\n`);
    for (const { name } of TOPICS) expect(events).toContain(`| \`${name}\` |`);
  });
});
