import { ToolExecutionCompleted, ToolExecutionFailed } from '@toolplane/contracts/events';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import { WAIT_MS, type CallResult, type ToolCall } from '../call.js';
import type { PayloadSealer } from '../sealing/payload-sealer.js';
import { readAnswer, resultOf, type AnswerEvent, type AnswerRecord } from './answers.js';
import { requestEvent, type RequestEvent, type Requester, type RequestRecord } from './request-event.js';

export interface EventCallerOptions extends Requester {
  /** Writes a record; resolves when the log has acknowledged it. The caller's own producer. */
  readonly send: (record: RequestRecord) => Promise<void>;
  /**
   * Reads topics from now on, in a group of its own; resolves once it has joined, with how to end it. The caller's own consumer: every
   * instance has to see every answer, so that no two share a group.
   */
  readonly subscribe: (topics: readonly string[], onRecord: (record: AnswerRecord) => void) => Promise<() => Promise<void>>;
  /** The upstream's own answer topic, where the operator gave it one; else the operator's two, which carry everybody's answers. */
  readonly answerTopics?: readonly string[];
  /** Seals what a tool marks as sensitive before it is published. Without it the payload is published as it is. */
  readonly sealer?: PayloadSealer;
  /**
   * Looks an execution up, over HTTP: an answer that was published while nobody listened is found by it. Null: there is none yet.
   * Asked before publishing, every few seconds, and at the end. Without it such a call stays `pending`.
   */
  readonly lookUp?: (executionId: string) => Promise<ExecutionRecord | null>;
  /** Default 5,000. */
  readonly lookUpEveryMs?: number;
}

const LOOK_UP_EVERY_MS = 5_000;

type Heard = (event: AnswerEvent) => void;

/**
 * Calls tools over the event log: publishes the request, waits for Completed or Failed. Correlates by execution id, which follows from
 * tenant, source and the call's identity. Delivery is at least once: of answers that come again the first counts.
 */
export class EventCaller {
  private readonly waiting = new Map<string, Set<Heard>>();

  private constructor(
    private readonly options: EventCallerOptions,
    private readonly stop: { end: () => Promise<void> },
  ) {}

  /** Resolves once answers are being listened for: what is called from now on misses none. */
  static async open(options: EventCallerOptions): Promise<EventCaller> {
    const stop = { end: (): Promise<void> => Promise.resolve() };
    const caller = new EventCaller(options, stop);
    const topics = options.answerTopics ?? [ToolExecutionCompleted.topic, ToolExecutionFailed.topic];
    stop.end = await options.subscribe(topics, (record) => caller.hear(record));
    return caller;
  }

  close(): Promise<void> {
    return this.stop.end();
  }

  /**
   * Publishes a call and waits for its end. Safe to repeat with the same identity: it is the same execution, and one that ended while
   * nobody listened is found by looking it up.
   * @throws what `send` throws: then nobody knows whether it was published; call again
   */
  async callTool(call: ToolCall): Promise<CallResult<AnswerEvent | ExecutionRecord>> {
    return this.publish(await this.prepare(call), call);
  }

  /** The record of a call, its sensitive fields sealed. Whoever stores it before publishing can publish the very same again. */
  async prepare(call: ToolCall): Promise<RequestEvent> {
    const { sealer } = this.options;
    return requestEvent(sealer ? { ...call, payload: (await sealer.seal(call.tool, call.payload)).payload } : call, this.options);
  }

  /** The same for a record that was prepared, and perhaps published, before. */
  async publish({ executionId, record }: RequestEvent, { waitMs = WAIT_MS, signal }: Pick<ToolCall, 'waitMs' | 'signal'> = {}): Promise<CallResult<AnswerEvent | ExecutionRecord>> {
    const { send } = this.options;
    signal?.throwIfAborted();
    const listener = this.listen(executionId, waitMs, signal);
    try {
      const before = await this.found(executionId);
      if (before) return before;
      await send(record);
      return await this.ended(executionId, listener.heard);
    } finally {
      listener.end();
    }
  }

  private async ended(executionId: string, heard: Promise<AnswerEvent | null>): Promise<CallResult<AnswerEvent | ExecutionRecord>> {
    const { lookUp, lookUpEveryMs = LOOK_UP_EVERY_MS } = this.options;
    for (;;) {
      const event = lookUp ? await heardWithin(heard, lookUpEveryMs) : await heard;
      if (event) return resultOf(event);
      const found = await this.found(executionId);
      if (found) return found;
      if (event === null) return { status: 'pending', executionId, awaitsApproval: false };
    }
  }

  private hear(record: AnswerRecord): void {
    // Most answers on a shared topic are somebody else's: their bytes are not even parsed.
    if (this.waiting.size === 0) return;
    const event = readAnswer(record);
    if (event?.tenantid !== this.options.tenantId) return;
    for (const heard of this.waiting.get(event.data.executionId) ?? []) heard(event);
  }

  /** Null when the time is over; rejects with the signal's reason. */
  private listen(executionId: string, waitMs: number, signal: AbortSignal | undefined): { readonly heard: Promise<AnswerEvent | null>; readonly end: () => void } {
    let end = (): void => undefined;
    const heard = new Promise<AnswerEvent | null>((resolve, reject) => {
      const aborted = (): void => reject(signal?.reason as Error);
      const timer = setTimeout(() => resolve(null), waitMs);
      const listeners = this.waiting.get(executionId) ?? new Set<Heard>();
      this.waiting.set(executionId, listeners.add(resolve));
      signal?.addEventListener('abort', aborted, { once: true });
      end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        listeners.delete(resolve);
        if (listeners.size === 0) this.waiting.delete(executionId);
      };
    });
    // Whoever publishes may fail first: then nobody looks at this any more.
    heard.catch(() => undefined);
    return { heard, end };
  }

  private async found(executionId: string): Promise<CallResult<ExecutionRecord> | null> {
    const record = (await this.options.lookUp?.(executionId)) ?? null;
    if (record?.status === 'succeeded') return { status: 'succeeded', executionId, output: record.output, source: record };
    if (record?.status === 'failed' && record.error) return { status: 'failed', executionId, error: record.error, source: record };
    return null;
  }
}

/** Undefined where nothing was heard yet, null where nothing will be any more. */
async function heardWithin(heard: Promise<AnswerEvent | null>, ms: number): Promise<AnswerEvent | null | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([heard, over]);
  } finally {
    clearTimeout(timer);
  }
}
