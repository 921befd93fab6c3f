import { deriveEventId, GLOBAL } from '@toolplane/contracts/ids';
import type { DeadLetter } from '@toolplane/messaging';

/** A parked record as it is stored: bytes that are text as text, others in base64. */
export interface DeadLetterRow {
  readonly id: string;
  readonly tenantId: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly recordOffset: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly value: string | null;
  readonly valueIsBase64: boolean;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly at: Date;
  readonly status: 'parked' | 'redriven' | 'discarded';
}

/** Where the tenant that a record names is exactly what is in doubt, it belongs to nobody but the platform's administrator. */
const TENANT_IN_DOUBT = new Set(['TENANT_UNKNOWN', 'TENANT_NOT_ALLOWED', 'RECORD_MALFORMED', 'RECORD_TOO_LARGE', 'EVENT_TYPE_UNKNOWN']);
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The same record parked twice for the same reason is one dead letter. */
export function deadLetterRow(letter: DeadLetter): Omit<DeadLetterRow, 'status'> {
  const { topic, partition, offset, code, reason, attempts, key, headers, value } = letter;
  const text = textOf(value);
  return {
    id: deriveEventId(GLOBAL, `${topic}/${partition}/${offset}`, `parked:${code}`),
    tenantId: TENANT_IN_DOUBT.has(code) ? null : tenantOf(text),
    topic, partition, recordOffset: String(offset), key: key?.toString() ?? null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, printable(header)])),
    value: text ?? value?.toString('base64') ?? null,
    valueIsBase64: text === null && value !== null,
    code, reason, attempts, at: new Date(letter.record.appendedAt),
  };
}

type Header = DeadLetter['headers'][string];
const printable = (header: Header): string | readonly string[] =>
  Array.isArray(header) ? header.map((one) => (one as Buffer | string).toString()) : (header as Buffer | string).toString();

function textOf(value: Buffer | null): string | null {
  if (value === null) return null;
  try {
    const text = utf8.decode(value);
    return text.includes('\u0000') ? null : text;
  } catch {
    return null;
  }
}

function tenantOf(text: string | null): string | null {
  try {
    const { tenantid } = JSON.parse(text ?? 'null') as { tenantid?: unknown };
    return typeof tenantid === 'string' && TENANT.test(tenantid) ? tenantid : null;
  } catch {
    return null;
  }
}
