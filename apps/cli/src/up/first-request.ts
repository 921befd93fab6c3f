import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  dispatchedTopic,
  requestedTopic,
  ToolAuditRecorded,
  ToolExecutionCompleted,
  ToolExecutionDecided,
  ToolExecutionFailed,
  ToolInvocationReported,
} from '@toolplane/contracts/events';
import { deriveExecutionId } from '@toolplane/contracts/ids';
import type { EventLog, LogRecord } from '@toolplane/messaging';

const SOURCE = '/toolplane/welcome';
const ANSWER_WITHIN_MS = 30_000;
/** What shows the whole way: decision and outcome. */
const AUDIT_ENTRIES = 2;

interface Fields {
  readonly executionId?: string;
  readonly outcome?: string;
  readonly attempt?: number;
  readonly status?: string;
  readonly kind?: string;
  readonly output?: unknown;
  readonly error?: { readonly code: string };
}

const STEPS: Readonly<Record<string, (data: Fields) => string>> = {
  [ToolExecutionDecided.topic]: ({ outcome }) => `decided     ${outcome}`,
  [dispatchedTopic('dummy')]: ({ attempt }) => `dispatched  attempt ${attempt}`,
  [ToolInvocationReported.topic]: ({ status }) => `reported    ${status}`,
  [ToolExecutionCompleted.topic]: ({ output }) => `completed   ${JSON.stringify(output)}`,
  [ToolExecutionFailed.topic]: ({ error }) => `failed      ${error?.code}`,
  [ToolAuditRecorded.topic]: ({ kind }) => `recorded    ${kind}`,
};

/** Publishes a request as an upstream would and shows what becomes of it, event by event. */
export async function showFirstRequest(log: EventLog, say: (line: string) => void): Promise<void> {
  const id = `welcome-${randomUUID()}`;
  const executionId = deriveExecutionId('demo', SOURCE, id);
  const seen: { topic: string; at: number; data: Fields }[] = [];
  const reader = log.subscribe({
    group: null,
    name: 'welcome',
    topics: Object.keys(STEPS),
    from: 'end',
    onRecords: async ({ records, done }) => {
      for (const record of records) {
        const data = dataOf(record);
        if (data?.executionId === executionId) seen.push({ topic: record.topic, at: Date.now(), data });
        done(record.offset + 1n);
      }
    },
  });
  try {
    await until(() => reader.health.alive, 'the event log could not be read');
    const published = Date.now();
    await log.append(new Map([[requestedTopic(), [{ key: null, value: JSON.stringify(request(id)), headers: {} }]]]));
    await until(
      () => seen.filter(({ topic }) => topic === ToolAuditRecorded.topic).length >= AUDIT_ENTRIES,
      'the first request was not answered',
    );
    say('One request, as an upstream publishes it:');
    say(`     0 ms  requested   echo {"text":"hi"} → execution ${executionId}`);
    for (const { topic, at, data } of seen.sort((a, b) => a.at - b.at)) {
      say(`${String(at - published).padStart(6)} ms  ${STEPS[topic]?.(data) ?? topic}`);
    }
  } finally {
    await reader.close(1_000);
  }
}

const request = (id: string): unknown => ({
  specversion: '1.0',
  id,
  source: SOURCE,
  type: 'ToolExecutionRequested',
  tenantid: 'demo',
  data: { tool: 'echo', payload: { text: 'hi' }, actor: { type: 'service', id: 'welcome' } },
});

function dataOf({ value }: LogRecord): Fields | undefined {
  try {
    return (JSON.parse(value?.toString() ?? '') as { data?: Fields }).data;
  } catch {
    return undefined;
  }
}

async function until(holds: () => boolean, otherwise: string): Promise<void> {
  for (const deadline = Date.now() + ANSWER_WITHIN_MS; !holds(); await sleep(5)) {
    if (Date.now() > deadline) throw new Error(`${otherwise} within ${ANSWER_WITHIN_MS / 1000} s`);
  }
}
