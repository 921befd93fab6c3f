import { closed, defineImplementations } from './define-implementations.js';

const query = { type: 'string', minLength: 1, maxLength: 2048, description: 'What is looked for, in plain words.' };
const limit = { type: 'integer', minimum: 1, maximum: 50, description: 'How many at most. Default 10.' };
const time = { type: 'string', format: 'date-time' };
const found = (item: Readonly<Record<string, unknown>>) =>
  closed({ results: { type: 'array', maxItems: 50, items: closed({ id: { type: 'string' }, text: { type: 'string' }, score: { type: 'number' }, ...item }, ['id', 'text', 'score']) } }, ['results']);

/** What computes and what remembers. */
export const knowledgeImplementations = defineImplementations({
  calculator: {
    metadata: {
      title: 'Calculator',
      description: 'Evaluates an arithmetic expression exactly as written: + - * / % ^, parentheses, and common functions.',
      category: 'compute',
      usageNote: 'Use it for every calculation with more than one step; do not calculate in your head.',
    },
    inputSchema: closed({ expression: { type: 'string', minLength: 1, maxLength: 1024, description: 'For instance (2 + 3) * 4.5.' } }, ['expression']),
    outputSchema: closed({ result: { type: 'number' } }, ['result']),
  },
  semantic_search: {
    needs: { context: true },
    metadata: {
      title: 'Semantic search',
      description: 'Finds what the tenant’s documents say about something, by meaning rather than by words.',
      category: 'search',
      usageNote: 'Use it before answering a question about facts that the tenant’s documents may hold.',
    },
    inputSchema: closed({ query, limit }, ['query']),
    outputSchema: found({ source: { type: 'string' } }),
  },
  episodic_search: {
    needs: { context: true },
    metadata: {
      title: 'Episodic search',
      description: 'Finds what happened in earlier sessions of the tenant’s agents, newest first among equals.',
      category: 'search',
      usageNote: 'Use it when the task refers to something said or done before this session.',
    },
    inputSchema: closed({ query, limit, sessionId: { type: 'string', maxLength: 255, description: 'Only this session.' }, since: { ...time, description: 'Not before.' } }, ['query']),
    outputSchema: found({ sessionId: { type: 'string' }, at: time }),
  },
});
