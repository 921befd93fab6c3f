import { DEAD_LETTER_TOPIC, PROVIDERS, TOPICS } from '../events/index.js';
import { ACLS, aclsFile } from './acls-file.js';
import { topicsFile } from './topics-file.js';

const writersOf = (name: string): string[] =>
  ACLS.filter((acl) => acl.operation === 'Write' && (acl.pattern === 'literal' ? acl.name === name : name.startsWith(acl.name))).map(({ principal }) => principal);
const readersOf = (name: string): string[] =>
  ACLS.filter((acl) => acl.operation === 'Read' && acl.resource === 'topic' && acl.name === name).map(({ principal }) => principal);

describe('access to the broker', () => {
  it('lets a worker read its own dispatches and nobody else’s', () => {
    for (const provider of PROVIDERS) expect(readersOf(`tool.invocation.dispatched.${provider}.v1`)).toEqual(['execution', `provider-${provider}`]);
  });

  it('lets nobody but execution say that an execution has ended', () => {
    expect(writersOf('tool.execution.completed.v1')).toEqual(['execution']);
    expect(writersOf('tool.execution.failed.v1')).toEqual(['execution']);
  });

  it('lets no service write what it has not the word on, but execution when it redrives', () => {
    expect(writersOf('tool.execution.decided.v1')).toEqual(['validation', 'execution']);
    expect(writersOf('tool.registry.changed.v1')).toEqual(['registry', 'execution']);
    expect(writersOf('tool.execution.requested.v1.orders')).toEqual(['execution']);
    expect(writersOf('tool.invocation.dispatched.http.v1')).toEqual(['execution']);
  });

  it('lets no worker open a topic of the platform', () => {
    const workers = ACLS.filter(({ principal, operation }) => principal === 'provider-http' && operation === 'Write').map(({ name }) => name);
    expect(workers).toEqual(['tool.invocation.reported.v1', 'tool.provider.health.v1', DEAD_LETTER_TOPIC]);
  });

  it('is written as one line a permission', () => {
    const lines = aclsFile().split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toHaveLength(ACLS.length);
    for (const line of lines) expect(line).toMatch(/^User:[a-z-]+ (Read|Write|Describe) (topic|group) (literal|prefixed) \S+$/);
  });
});

it('topics are written as one line each', () => {
  const lines = topicsFile().split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.map((line) => line.split(' ').slice(0, 2))).toEqual(TOPICS.map(({ name, partitions }) => [name, String(partitions)]));
  for (const line of lines) expect(line).toMatch(/ retention\.ms=-?\d+ compression\.type=uncompressed /);
});
