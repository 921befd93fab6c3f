import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { Cursor, readRecordBatches, type DecodedRecord } from './record-batch.js';

/** Answers of the version that every broker since 2.3 speaks; https://kafka.apache.org/protocol#The_Messages_Fetch, version 11. */
interface FetchResponse {
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly DecodedRecord[];
}

const listOf = <Item>(cursor: Cursor, read: (cursor: Cursor) => Item): Item[] => Array.from({ length: Math.max(0, cursor.int32()) }, () => read(cursor));

const readPartition = (cursor: Cursor): Omit<FetchedPartition, 'messages'> & { readonly content: Buffer } => ({
  partition: cursor.int32(),
  errorCode: cursor.int16(),
  highWatermark: String(cursor.int64()),
  lastStableOffset: String(cursor.int64()),
  lastStartOffset: String(cursor.int64()),
  abortedTransactions: listOf(cursor, () => ({ producerId: String(cursor.int64()), firstOffset: String(cursor.int64()) })),
  preferredReadReplica: cursor.int32(),
  content: cursor.bytes(Math.max(0, cursor.int32())),
});

/** Reads a fetch response as kafkajs would, but record batches in our own way. */
export const decodeFetchResponse = async (bytes: Buffer): Promise<FetchResponse> => {
  const cursor = new Cursor(bytes);
  const clientSideThrottleTime = cursor.int32();
  const errorCode = cursor.int16();
  const sessionId = cursor.int32();
  const topics = listOf(cursor, () => ({
    topicName: cursor.bytes(cursor.int16()).toString(),
    partitions: listOf(cursor, readPartition),
  }));
  const responses = await Promise.all(
    topics.map(async ({ topicName, partitions }) => ({
      topicName,
      partitions: await Promise.all(partitions.map(async ({ content, ...partition }) => ({ ...partition, messages: await readRecordBatches(content) }))),
    })),
  );
  // 0: since KIP-219 the broker has not throttled the request, and expects the client to wait.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
};

/** kafkajs asks this object for the decoder at every answer. */
response.decode = decodeFetchResponse;
