import type { CloudEvent } from './cloud-event.js';
import { eventByType } from '../events/catalogue.js';

export interface WrittenRecord {
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Writes an event as a record: structured, without headers (three of them cost as much as the record itself). Public events carry
 * `ce_type` and `ce_tenantid`, for filters that do not parse. `topic` and `record` of the object in memory are not written; `dataText` is
 * written in the place of `data`.
 */
export const writeCloudEvent = (event: CloudEvent & { readonly topic?: string; readonly record?: unknown; readonly dataText?: string }): WrittenRecord => {
  const headers = eventByType(event.type)?.audience === 'public' ? { ce_type: event.type, ce_tenantid: event.tenantid } : NONE;
  if (event.dataText !== undefined) return { value: withData(event, event.dataText), headers };
  if (event.topic === undefined && event.record === undefined) return { value: JSON.stringify(event), headers };
  const { topic: _topic, record: _record, ...wire } = event;
  return { value: JSON.stringify(wire), headers };
};

const withData = ({ topic: _topic, record: _record, data: _data, ...attributes }: CloudEvent & { readonly topic?: string; readonly record?: unknown }, text: string): string =>
  `${JSON.stringify(attributes).slice(0, -1)},"data":${text}}`;
