import { randomBytes } from 'node:crypto';

/** W3C trace context, version 00. https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Null for what is not a valid traceparent: the reader then starts a trace of its own. */
export const parseTraceparent = (text: string | undefined): TraceContext | null => {
  const found = text === undefined ? null : TRACEPARENT.exec(text);
  if (!found) return null;
  const [, traceId = NO_TRACE, spanId = NO_SPAN, flags = '00'] = found;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
};

export const newTraceparent = (): string => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;

/** A new span in the same trace; a new trace where there was none. */
export const continueTrace = (parent: string | undefined): string => {
  const context = parseTraceparent(parent);
  return context ? `00-${context.traceId}-${randomBytes(8).toString('hex')}-${context.sampled ? '01' : '00'}` : newTraceparent();
};

export const traceIdOf = (traceparent: string | undefined): string | null => parseTraceparent(traceparent)?.traceId ?? null;
