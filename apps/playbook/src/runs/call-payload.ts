import { render } from '@toolplane/contracts/documents';
import { MAX_PAYLOAD_BYTES } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { ExceptionRow } from '../exceptions/exception-row.js';
import type { RunRow } from './run-row.js';

type Payload = Record<string, unknown>;

/**
 * The arguments of a step's call: its template, filled in from the exception and from what was done before, as they are now.
 * @throws ToolplaneError REQUEST_INPUT_INVALID with the pointer that leads nowhere, REQUEST_TOO_LARGE
 */
export function payloadOf(run: RunRow, stepId: string, exception: ExceptionRow): Payload {
  const template = run.definition.find(({ id }) => id === stepId)?.payload ?? {};
  const payload = rendered(template, { exception: shownOf(exception), steps: outputsOf(run) });
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new ToolplaneError('REQUEST_INPUT_INVALID', { message: 'the step’s payload is no object', details: [{ pointer: '', detail: 'must be an object' }] });
  }
  if (Buffer.byteLength(JSON.stringify(payload)) > MAX_PAYLOAD_BYTES) throw new ToolplaneError('REQUEST_TOO_LARGE');
  return payload as Payload;
}

function rendered(template: unknown, sources: Readonly<Record<string, unknown>>): unknown {
  try {
    return render(template, sources);
  } catch (error) {
    if (!(error instanceof ToolplaneError)) throw error;
    const [fault] = error.options.details ?? [];
    throw new ToolplaneError('REQUEST_INPUT_INVALID', {
      message: 'the step’s payload needs a value that is not there; change the exception, or skip the step',
      details: [{ pointer: fault?.pointer ?? '', detail: 'leads to nothing, and the playbook gives no default for it' }],
    });
  }
}

const shownOf = ({ id, title, description, severity, source, status, attributes }: ExceptionRow) => ({ id, title, description, severity, source, status, attributes });

/** Only what is done has an output; one that was too large to travel is not here. */
const outputsOf = ({ steps }: RunRow): Record<string, unknown> =>
  Object.fromEntries(steps.map(({ stepId, status, output, outputRef }) => [stepId, status === 'completed' && outputRef === null ? { output } : {}]));
