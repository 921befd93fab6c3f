import { Type } from 'typebox';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolProviderHealthChanged = defineEvent({
  type: 'ToolProviderHealthChanged',
  topic: 'tool.provider.health.v1',
  producer: 'provider',
  key: 'object',
  objectKey: ({ provider, worker, breaker }) => (breaker ? `${provider} ${worker} ${breaker.id}` : `${provider} ${worker}`),
  when: 'When a worker starts or stops, or one of its circuit breakers changes. Compacted by worker and breaker.',
  data: Type.Object({
    provider: Type.String({ description: 'http, dummy, builtin or mcp.' }),
    worker: Type.String({ description: 'The process that tells.' }),
    status: Type.Enum(['up', 'draining', 'down']),
    breaker: Type.Union([
      Type.Object({
        id: Type.String({ description: 'Tenant, tool and origin.' }),
        toolId: Type.String(),
        origin: Type.String(),
        state: Type.Enum(['closed', 'open', 'half_open']),
        since: Type.String({ format: 'date-time' }),
        retryAfterMs: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
      }),
      Type.Null(),
    ], { description: 'The breaker that changed; null for the worker itself.' }),
  }),
});
export type ToolProviderHealthChanged = EventOf<typeof ToolProviderHealthChanged>;
