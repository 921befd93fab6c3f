import type { TimelineItem } from '@toolplane/contracts/documents';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import type { TimelineRow } from './timeline.store.js';

/** Beginning of an output that a timeline shows, in characters. */
const SUMMARY = 300;

export const happened = (row: TimelineRow): TimelineItem => ({ ...row, at: row.at.toISOString(), execution: null });

export const executed = (record: ExecutionRecord): TimelineItem => {
  const text = record.output === null ? null : JSON.stringify(record.output);
  return {
    id: record.id, at: record.createdAt, kind: 'execution', by: record.requestedBy, runId: null, playbookName: null, stepId: null, executionId: record.id,
    comment: null, details: null,
    execution: {
      id: record.id, toolId: record.toolId, toolName: record.toolName, toolVersion: record.toolVersion, status: record.status,
      code: record.error?.code ?? null, output: text && text.length > SUMMARY ? `${text.slice(0, SUMMARY)}…` : text, actor: record.actor,
      finishedAt: record.finishedAt,
    },
  };
};

const newer = (a: TimelineItem, b: TimelineItem): boolean => (a.at === b.at ? a.id > b.id : a.at > b.at);

/** Two lists that are each newest first as one, at most `limit` long. */
export function merged(a: readonly TimelineItem[], b: readonly TimelineItem[], limit: number): TimelineItem[] {
  const items: TimelineItem[] = [];
  let [i, j] = [0, 0];
  while (items.length < limit) {
    const [left, right] = [a[i], b[j]];
    if (!left && !right) break;
    if (left && (!right || newer(left, right))) {
      items.push(left);
      i += 1;
    } else if (right) {
      items.push(right);
      j += 1;
    }
  }
  return items;
}
