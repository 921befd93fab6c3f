import { redactor, type Redaction } from '@toolplane/security/redaction';

/** A parked record keeps its sender's bytes; nobody knows which schema they were meant for, so that names decide what is shown. */
const redact = redactor({ keys: true, sealed: true });

export interface ShownValue {
  readonly value: string | null;
  readonly redactions: readonly Redaction[];
}

/** What is shown of a parked record: its very text, unless something in it is to be hidden. What is no JSON has no names. */
export function shownValue(text: string | null): ShownValue {
  if (text === null) return { value: null, redactions: [] };
  const { value, redactions } = redact(parsed(text), '/value');
  return redactions.length === 0 ? { value: text, redactions } : { value: JSON.stringify(value), redactions };
}

export const shownHeaders = <Headers>(headers: Headers): { readonly headers: Headers; readonly redactions: readonly Redaction[] } => {
  const { value, redactions } = redact(headers, '/headers');
  return { headers: value, redactions };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
