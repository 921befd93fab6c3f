import { Controller } from '@nestjs/common';
import { isUuid } from '@toolplane/contracts/events';
import { deriveEventId, GLOBAL } from '@toolplane/contracts/ids';
import { OnDeadLetters, type DeadLetter } from '@toolplane/messaging';
import { draftOf, type Draft } from '../chain/draft.js';
import { entryContent } from '../chain/entry.js';
import { Recorder } from './recorder.js';

/** Records that were parked. */
@Controller()
export class OnDeadLettersParked {
  constructor(private readonly recorder: Recorder) {}

  @OnDeadLetters()
  handle(letters: readonly DeadLetter[]): Promise<void> {
    return this.recorder.append(letters.map(parked), letters);
  }
}

/** Where the tenant that a record names is exactly what is in doubt, its parking belongs to nobody's chain but the platform's. */
const TENANT_IN_DOUBT = new Set(['TENANT_UNKNOWN', 'TENANT_NOT_ALLOWED', 'RECORD_MALFORMED', 'RECORD_TOO_LARGE', 'EVENT_TYPE_UNKNOWN']);
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

function parked(letter: DeadLetter): Draft {
  const { code, reason, topic, partition, offset, attempts, record } = letter;
  const id = deriveEventId(GLOBAL, `${topic}/${partition}/${offset}`, `parked:${code}`);
  const { tenantId, executionId, traceparent } = TENANT_IN_DOUBT.has(code) ? NOBODY : senderOf(letter);
  return draftOf(
    { tenantid: tenantId, id, subject: executionId ?? id, ...(traceparent !== undefined && { traceparent }) },
    entryContent({
      at: new Date(record.appendedAt).toISOString(),
      attempts,
      change: { object: 'dead_letter', id, version: null, diff: { topic, partition, offset: String(offset), reason } },
      code,
      executionId,
      kind: 'dead_letter',
    }),
  );
}

interface Sender {
  readonly tenantId: string;
  readonly executionId: string | null;
  readonly traceparent?: string;
}
const NOBODY: Sender = { tenantId: GLOBAL, executionId: null };

function senderOf({ value }: DeadLetter): Sender {
  const { tenantid, data, traceparent } = membersOf(parse(value));
  const { executionId } = membersOf(data);
  return {
    tenantId: typeof tenantid === 'string' && TENANT.test(tenantid) ? tenantid : GLOBAL,
    executionId: typeof executionId === 'string' && isUuid(executionId) ? executionId.toLowerCase() : null,
    ...(typeof traceparent === 'string' && { traceparent }),
  };
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const parse = (value: Buffer | null): unknown => {
  try {
    return JSON.parse(value?.toString() ?? 'null');
  } catch {
    return null;
  }
};
