import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka, type PartitionAssigner } from 'kafkajs';
import { protocolError } from './connection.js';

/** What kafkajs speaks to the brokers with. It shows it to partition assigners, and to nobody else. */
export type Cluster = Parameters<PartitionAssigner>[0]['cluster'];

/** An assigner like kafkajs’ own, and the cluster of the consumer that was made with it. */
export class ClusterAccess {
  private shown: Cluster | undefined;

  readonly assigner: PartitionAssigner = (config) => {
    this.shown = config.cluster;
    return kafkajs.PartitionAssigners.roundRobin(config);
  };

  get cluster(): Cluster {
    if (!this.shown) throw new Error('no consumer was made yet');
    return this.shown;
  }
}

/** The cluster of a client, for requests that kafkajs knows and has no name for. The consumer is never run, and joins no group. */
export const clusterOf = (kafka: Kafka): Cluster => {
  const access = new ClusterAccess();
  kafka.consumer({ groupId: 'none', partitionAssigners: [access.assigner], allowAutoTopicCreation: false });
  return access.cluster;
};

const NOT_YET: ReadonlySet<string> = new Set(['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP']);
const TRIES = 50;
const TRY_EVERY_MS = 200;

/**
 * Takes a member out of its group. One that has crashed stays a member until its session has run out, and until then the group waits for
 * it: after every outage our own return would take that long. A group that has forgotten it is as well; one that is still being loaded
 * is asked again.
 */
export const removeMember = async (cluster: Cluster, groupId: string, memberId: string): Promise<void> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      // Not in kafkajs’ types, though its own consumers leave by it.
      return await (coordinator as unknown as Leaving).leaveGroup({ groupId, memberId });
    } catch (error) {
      if (!NOT_YET.has(protocolError(error) ?? '')) return;
    }
    await sleep(TRY_EVERY_MS);
  }
};

interface Leaving {
  leaveGroup(member: { readonly groupId: string; readonly memberId: string }): Promise<void>;
}
