import { Type } from 'typebox';
import { Principal } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolRegistryChanged = defineEvent({
  type: 'ToolRegistryChanged',
  topic: 'tool.registry.changed.v1',
  producer: 'registry',
  key: 'object',
  objectKey: ({ kind, id }) => `${kind} ${id}`,
  when: 'When a tenant, tool, version, enablement, toolkit, agent type or assignment is made, changed or removed. Compacted: the last record of an object is its state.',
  data: Type.Object({
    kind: Type.Enum(['tenant', 'tool', 'tool_version', 'enablement', 'toolkit', 'agent', 'assignment', 'ingress']),
    id: Type.String({ description: 'Id of the object; a tool_version is `<toolId>@<version>`, an enablement the tool id.' }),
    revision: Type.Integer({ minimum: 1, description: 'Only grows, rollback included: a smaller one is ignored.' }),
    deleted: Type.Boolean({ description: 'Whether the object is gone.' }),
    object: Type.Unknown({ description: 'The whole object as it now is; see the documents of the contract.' }),
    change: Type.Union([
      Type.Object({ object: Type.String(), id: Type.String(), version: Type.Union([Type.String(), Type.Null()]), diff: Type.Unknown() }),
      Type.Null(),
    ], { description: 'What changed, for the audit; null when the state is only said again.' }),
    changedBy: Type.Union([Principal, Type.Null()], { description: 'Who changed it.' }),
  }),
});
export type ToolRegistryChanged = EventOf<typeof ToolRegistryChanged>;
