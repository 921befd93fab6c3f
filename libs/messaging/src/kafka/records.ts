import type { Batch, KafkaMessage } from 'kafkajs';
import type { LogRecord } from '../port/log-record.js';

export const recordOf = (topic: string, partition: number, { offset, timestamp, key, value, headers }: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: BigInt(offset),
  appendedAt: Number(timestamp),
  key,
  value,
  headers: headers ?? {},
});

/** The records of a batch as the port hands them out. */
export const recordsOf = ({ topic, partition, messages }: Batch): LogRecord[] => messages.map((message) => recordOf(topic, partition, message));
