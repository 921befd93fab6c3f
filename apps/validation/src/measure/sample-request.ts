import type { AssignmentBody } from '@toolplane/contracts/documents';

/** What is decided about while it is measured: an ordinary tool, an agent with every kind of restriction, a payload of 500 bytes. */
export const INPUT_SCHEMA = {
  type: 'object',
  properties: {
    path: { type: 'string', minLength: 1, maxLength: 1_024 },
    query: { type: 'string', minLength: 1, maxLength: 4_096 },
    language: { enum: ['de', 'en', 'fr'] },
    limit: { type: 'integer', minimum: 1, maximum: 500 },
    caseSensitive: { type: 'boolean' },
    since: { type: 'string', format: 'date-time' },
    globs: { type: 'array', items: { type: 'string', maxLength: 255 }, maxItems: 50 },
    filter: {
      type: 'object',
      properties: { author: { type: 'string' }, minScore: { type: 'number', minimum: 0, maximum: 1 }, labels: { type: 'array', items: { type: 'string' } } },
      required: ['author'],
      additionalProperties: false,
    },
    encoding: { type: 'string', pattern: '^[a-z0-9-]{1,20}$' },
  },
  required: ['path', 'query', 'encoding'],
  additionalProperties: false,
};

export const ASSIGNMENT: AssignmentBody = {
  allowedParameters: ['path', 'query', 'language', 'limit', 'caseSensitive', 'since', 'globs', 'filter'],
  deniedParameters: { path: ['/etc', '/root', { prefix: '~/.ssh' }], query: ['rm -rf', { contains: 'sudo' }, { equals: '*' }] },
  parameterDefaults: { encoding: 'utf-8', limit: 50 },
};

const WORDS = 'error timeout retry queue broker offset partition commit lease worker attempt deadline breaker tenant schema'.split(' ');
const PAYLOAD_BYTES = 500;

/** Distinct payloads, each of 500 bytes of JSON. */
export function payloads(count: number): readonly Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const word = (offset: number): string => WORDS[(index * 7 + offset) % WORDS.length] ?? '';
    const payload = {
      path: `/srv/workspaces/${word(1)}/${index}/src/${word(2)}.ts`, query: '', language: 'en', caseSensitive: index % 2 === 0,
      since: '2026-11-20T10:00:00Z', globs: ['**/*.ts', `!**/${word(3)}/**`], filter: { author: `user-${index}`, minScore: 0.25, labels: [word(4), word(5)] },
    };
    const left = PAYLOAD_BYTES - JSON.stringify(payload).length;
    for (let i = 0; payload.query.length < left; i++) payload.query += `${word(i)} `;
    payload.query = payload.query.slice(0, left);
    return payload;
  });
}
