import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, ResourcePatternTypes, logLevel, type AclEntry } from 'kafkajs';
import { answeredTopic, requestedTopic, TOPICS, ToolExecutionDecided, ToolInvocationDispatched, type TopicDefinition } from '@toolplane/contracts/events';
import { createLogger } from '@toolplane/observability';
import { groupOf } from './group-of.js';
import { protocolError } from './kafka/connection.js';
import { KafkaEventLog } from './kafka/kafka-event-log.js';
import { javaAndMavenFound } from './local/java-and-maven.js';
import { startLocalKafka, type LocalKafka } from './local/start-local-kafka.js';

const ADMIN = 'operator';
const SERVICES = ['gateway', 'registry', 'validation', 'execution', 'audit', 'playbook', 'provider-http', 'provider-dummy', 'provider-builtin', 'provider-mcp'];
const passwords = Object.fromEntries([ADMIN, 'orders', ...SERVICES].map((name) => [name, `password-of-${name}`]));
const OPERATIONS: Readonly<Record<string, AclOperationTypes>> = { Read: AclOperationTypes.READ, Write: AclOperationTypes.WRITE, Describe: AclOperationTypes.DESCRIBE };

/** The lines of `deploy/kafka/acls`, as its head says how to read them. */
const entriesOf = (text: string): AclEntry[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [principal = '', operation = '', resource, pattern, resourceName = ''] = line.split(' ');
    return {
      principal, resourceName, host: '*', permissionType: AclPermissionTypes.ALLOW, operation: OPERATIONS[operation] as AclOperationTypes,
      resourceType: resource === 'group' ? AclResourceTypes.GROUP : AclResourceTypes.TOPIC,
      resourcePatternType: pattern === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    };
  });
/** What the operator adds for the upstream `orders`. */
const ORDERS = `User:orders Write topic literal ${requestedTopic('orders')}
User:orders Read topic literal ${answeredTopic('orders')}
User:orders Read group prefixed orders`;

const found = (await javaAndMavenFound()) || process.env['CI'] === 'true';
(found ? describe : describe.skip)('a broker with passwords and the permissions of deploy/kafka/acls', () => {
  let dataDir: string;
  let kafka: LocalKafka;
  const logs: KafkaEventLog[] = [];
  const topics: TopicDefinition[] = [...TOPICS, ...[requestedTopic('orders'), answeredTopic('orders')].map((name) => ({ ...(TOPICS[0] as TopicDefinition), name }))];

  const connect = (username: string, password = passwords[username] ?? ''): Kafka =>
    new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING, connectionTimeout: 10_000, authenticationTimeout: 20_000, retry: { retries: 8, initialRetryTime: 50 }, sasl: { mechanism: 'scram-sha-512', username, password } });
  const logOf = (username: string): KafkaEventLog => {
    const config = { brokers: kafka.brokers, sasl: { username, password: passwords[username] ?? '' } };
    const log = new KafkaEventLog({ config, clientId: username, logger: createLogger({ service: username, level: 'silent' }), sendWithinMs: 3_000 });
    logs.push(log);
    return log;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'toolplane-secured-'));
    kafka = await startLocalKafka({ dataDir, detached: false, secured: { users: passwords, superuser: ADMIN } });
    const operator = logOf(ADMIN);
    await operator.ensureTopics(topics);
    const admin = connect(ADMIN).admin();
    const file = await readFile(new URL('../../../deploy/kafka/acls', import.meta.url), 'utf8');
    await admin.createAcls({ acl: [...entriesOf(file), ...entriesOf(ORDERS)] });
    await admin.disconnect();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await kafka?.kill();
    await rm(dataDir, { recursive: true, force: true });
  }, 30_000);

  /** Names of the topics into which a principal may write. */
  async function writable(principal: string): Promise<string[]> {
    const allowed: string[] = [];
    let producer = connect(principal).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    for (const { name } of topics) {
      try {
        await producer.send({ topic: name, messages: [{ key: 'k', value: null }] });
        allowed.push(name);
      } catch (error) {
        expect(protocolError(error)).toBe('TOPIC_AUTHORIZATION_FAILED');
        // kafkajs asks about a topic that it was refused again with every send.
        await producer.disconnect();
        producer = connect(principal).producer({ allowAutoTopicCreation: false });
        await producer.connect();
      }
    }
    await producer.disconnect();
    return allowed.sort();
  }

  it.each([...SERVICES, 'orders'])('lets %s write what the catalogue says it produces, and nothing else', async (principal) => {
    const redrives = (name: string): boolean => principal === 'execution' && !name.startsWith('tool.invocation.dispatched');
    const may = topics.filter(({ name, producers }) =>
      principal === 'orders' ? name === requestedTopic('orders')
      : name === requestedTopic('orders') || name === answeredTopic('orders') ? principal === 'execution'
      : (producers as readonly string[]).includes(principal) || redrives(name));
    expect(await writable(principal)).toEqual(may.map(({ name }) => name).sort());
  }, 30_000);

  it('hands an upstream its own answers, and no one else’s', async () => {
    const orders = logOf('orders');
    expect(await orders.endOffsets([answeredTopic('orders')])).not.toEqual([]);
    await expect(orders.endOffsets(['tool.execution.completed.v1'])).rejects.toThrow(/authoriz/i);
    const admin = connect('orders').admin();
    expect((await admin.fetchTopicMetadata()).topics.map(({ name }) => name).sort()).toEqual([answeredTopic('orders'), requestedTopic('orders')].sort());
    await admin.disconnect();
  });

  it('lets a worker take the dispatches of its own provider alone, in its own group', async () => {
    const dummy = logOf('provider-dummy');
    const group = groupOf('provider-dummy', ToolInvocationDispatched);
    expect(await dummy.groupPositions(group, ['tool.invocation.dispatched.dummy.v1'])).toEqual(expect.arrayContaining([expect.objectContaining({ next: null })]));
    await expect(dummy.endOffsets(['tool.invocation.dispatched.http.v1'])).rejects.toThrow(/authoriz/i);
    await expect(dummy.groupPositions(groupOf('execution', ToolExecutionDecided), ['tool.invocation.dispatched.dummy.v1'])).rejects.toThrow();
  });

  it('reads and commits as a member of its group', async () => {
    const validation = logOf('validation');
    const upstream = connect('orders').producer({ allowAutoTopicCreation: false });
    await upstream.connect();
    await upstream.send({ topic: requestedTopic('orders'), messages: [{ value: 'a request' }] });
    await upstream.disconnect();
    const read = await new Promise<string>((resolve) => {
      validation.subscribe({
        group: 'toolplane.validation.ToolExecutionRequested', name: 'validation', topics: [requestedTopic('orders')], from: 'start',
        onRecords: async ({ records, commit }) => {
          const last = records.at(-1);
          const value = records.map((record) => record.value?.toString()).find((text) => text === 'a request');
          if (last) await commit(last.offset + 1n);
          if (value !== undefined) resolve(value);
        },
      });
    });
    expect(read).toBe('a request');
  }, 30_000);

  it('lets nobody in without the password', async () => {
    const producer = connect('execution', 'wrong').producer();
    await expect(producer.connect()).rejects.toThrow(/authentication/i);
  });
});
