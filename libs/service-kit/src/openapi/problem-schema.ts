/** RFC 9457 as the edge writes it. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable', 'remedy', 'traceId', 'errors'],
  properties: {
    type: { type: 'string', description: 'urn:toolplane:error:<CODE>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'For people; never a secret.' },
    code: { type: 'string', description: 'A code of the error catalogue.' },
    retryable: { type: 'boolean', description: 'The same request may be sent again.' },
    remedy: { type: 'string', description: 'What to do about it.' },
    traceId: { type: ['string', 'null'] },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string', description: 'JSON Pointer of what is at fault.' }, detail: { type: 'string' } },
      },
    },
  },
} as const;
