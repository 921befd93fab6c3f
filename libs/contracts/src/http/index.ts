export { Approval, APPROVAL_STATUSES, ApprovalDecisionBody, type ApprovalStatus } from './approval.js';
export { ExecuteBody } from './execute.js';
export { EXECUTION_STATUSES, ExecutionRecord, type ExecutionStatus } from './execution-record.js';
export { Readiness } from './health.js';
export { AcceptAnswer, AcceptBody, CallerView, CheckAnswer, CheckBody, KnownTool, TokenAnswer, TokenBody } from './internal.js';
export { HTTP_HEADERS, IDEMPOTENCY_KEY, MAX_WAIT_SECONDS } from './names.js';
export { Problem } from './problem.js';
export { BulkRerunAnswer, BulkRerunBody, RerunBody, RerunFilter, StoredRequest } from './rerun.js';
