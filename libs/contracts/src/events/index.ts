export { defineEvent, type EventDefinition, type EventOf, type Producer, type RecordKey } from './define-event.js';
export { createEvent, dataSchemaOf, type NewEvent, type Outgoing } from './create-event.js';
export { checkEvent, refuseEvent, type EventRefusal } from './check-event.js';
export { isDateTime, isUuid } from './formats.js';
export { EVENTS, eventByType, recordKeyOf } from './catalogue.js';
export {
  DEAD_LETTER_TOPIC, PROVIDERS, TOPICS, answeredTopic, dispatchedTopic, ingressTopics, requestedTopic, topicSettings,
  type Principal, type Provider, type TopicDefinition,
} from './topics.js';
export {
  NO_AGENT, RULE_NAMES, RULE_SET, RULE_SET_WITHOUT_AGENT, RULE_SETS, expandRules, isOfAgents, passes, type ExpandedVerdict, type RuleName,
} from './rule-sets.js';
export { AuditEntry, ToolAuditRecorded } from './tool-audit-recorded.js';
export { ToolControlChanged } from './tool-control-changed.js';
export { ToolExecutionCompleted } from './tool-execution-completed.js';
export { ToolExecutionDecided } from './tool-execution-decided.js';
export { ToolExecutionFailed } from './tool-execution-failed.js';
export { ToolExecutionProgressed } from './tool-execution-progressed.js';
export { ToolExecutionRequested } from './tool-execution-requested.js';
export { ToolInvocationDispatched } from './tool-invocation-dispatched.js';
export { ToolInvocationReported } from './tool-invocation-reported.js';
export { ToolProviderHealthChanged } from './tool-provider-health-changed.js';
export { ToolRegistryChanged } from './tool-registry-changed.js';
