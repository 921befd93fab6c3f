import { DEAD_LETTER_TOPIC, EVENTS, PROVIDERS, TOPICS, dispatchedTopic, ingressTopics, topicSettings } from './index.js';

const named = (name: string) => {
  const found = TOPICS.find((topic) => topic.name === name);
  if (!found) throw new Error(`no topic ${name}`);
  return found;
};

describe('the catalogue of topics', () => {
  it('has a topic for every event, and one per provider for dispatches', () => {
    for (const definition of EVENTS) expect(TOPICS.some(({ events }) => events.includes(definition))).toBe(true);
    for (const provider of PROVIDERS) expect(named(dispatchedTopic(provider)).consumers).toEqual([`provider-${provider}`]);
  });

  it('names each topic once, with one type on it', () => {
    expect(new Set(TOPICS.map(({ name }) => name)).size).toBe(TOPICS.length);
    for (const { name, events } of TOPICS) expect(events).toHaveLength(name === DEAD_LETTER_TOPIC ? 0 : 1);
  });

  it('gives each topic one producing app, but for ingress, reports, health and dead letters', () => {
    const shared = TOPICS.filter(({ producers }) => producers.length > 1).map(({ name }) => name);
    expect(shared).toEqual(['tool.invocation.reported.v1', 'tool.provider.health.v1', DEAD_LETTER_TOPIC]);
  });

  it('lets every consumer of a topic park', () => {
    const parking = named(DEAD_LETTER_TOPIC).producers;
    for (const { consumers } of TOPICS) for (const consumer of consumers) if (consumer !== 'upstream') expect(parking).toContain(consumer);
  });

  it('has every topic stored uncompressed, so that a foreign codec stops no consumer', () => {
    for (const topic of TOPICS) expect(topicSettings(topic)).toMatchObject({ 'compression.type': 'uncompressed', 'message.timestamp.type': 'LogAppendTime' });
  });

  it('has room in the dead-letter topic for the largest record of any other', () => {
    const others = TOPICS.filter(({ name }) => name !== DEAD_LETTER_TOPIC).map(({ maxMessageBytes }) => maxMessageBytes);
    expect(named(DEAD_LETTER_TOPIC).maxMessageBytes).toBeGreaterThan(Math.max(...others));
  });

  it('keeps changes of the registry for a week before it compacts them', () => {
    expect(topicSettings(named('tool.registry.changed.v1'))).toMatchObject({
      'cleanup.policy': 'compact', 'retention.ms': '-1', 'min.compaction.lag.ms': '604800000',
    });
  });

  it('makes the topics of the operator’s upstreams from ingress.json', () => {
    const topics = ingressTopics([
      { topic: 'tool.execution.requested.v1.orders', answerTopic: 'tool.execution.answered.v1.orders' },
      { topic: 'tool.execution.requested.v1.crm' },
    ]);
    expect(topics.map(({ name, producers, events }) => [name, producers, events.length])).toEqual([
      ['tool.execution.requested.v1.orders', ['upstream'], 1],
      ['tool.execution.answered.v1.orders', ['execution'], 2],
      ['tool.execution.requested.v1.crm', ['upstream'], 1],
    ]);
  });
});
