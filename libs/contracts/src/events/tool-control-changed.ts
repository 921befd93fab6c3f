import { Type } from 'typebox';
import { Principal } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolControlChanged = defineEvent({
  type: 'ToolControlChanged',
  topic: 'tool.control.v1',
  producer: 'registry',
  key: 'object',
  objectKey: ({ kind, target }) => `${kind} ${target.type} ${target.id}`,
  when: 'When an operator stops or frees something that runs: kill switch, disabled tool, suspended tenant, forced breaker. Compacted.',
  data: Type.Object({
    kind: Type.Enum(['kill_switch', 'tool_disabled', 'tenant_suspended', 'tenant_deleted', 'breaker']),
    target: Type.Object({ type: Type.Enum(['tool', 'agent', 'tenant', 'breaker']), id: Type.String() }, { description: 'What is stopped or freed.' }),
    on: Type.Boolean({ description: 'Whether it is in force.' }),
    state: Type.Union([Type.Enum(['open', 'closed', 'probe']), Type.Null()], { description: 'With breaker: what it is forced to.' }),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'What the operator said.' }),
    revision: Type.Integer({ minimum: 1, description: 'Only grows: a smaller one is ignored.' }),
    changedBy: Type.Union([Principal, Type.Null()], { description: 'Who changed it.' }),
  }),
});
export type ToolControlChanged = EventOf<typeof ToolControlChanged>;
