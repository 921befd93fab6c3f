export { type Brand, type ExecutionId, type TenantId, type ToolId, GLOBAL, deriveEventId, deriveExecutionId, newId } from './ids.js';
