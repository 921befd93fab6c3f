export { agentActing, type Acting } from './auth/acting.js';
export { Caller, type CallerPrincipal } from './auth/caller.js';
export { CallerSource } from './auth/caller.guard.js';
export { InternalTokens, TOKEN_HEADER, TOKEN_LIFETIME_SECONDS, type InternalTokenKeys, type IssuedToken } from './auth/internal-tokens.js';
export { Permission, Public, type RouteDocument } from './auth/permission.js';
export { mayDo, permissionsOf, PERMISSIONS, ROLE_PERMISSIONS, ROLES, type Permission as PermissionName, type Role } from './auth/permissions.js';
export {
  CALLABLE_SERVICES, ServiceClient, type CallableService, type RawAnswer, type ServiceAnswer, type ServiceCall, type ServiceUrls, type StreamedAnswer,
} from './calls/service-client.js';
export { internalTokenVariables, serviceUrlVariables } from './config-variables.js';
export { edgeVariables } from './edge-variables.js';
export { CheckedBody, type CheckedBodyOptions } from './http/checked-body.js';
export type { EdgeRequest } from './http/edge-request.js';
export type { EdgeLimits, RouteConfig } from './http/fastify-adapter.js';
export { PROBLEM_TYPE, problemOf, type ProblemAnswer } from './http/problem.js';
export { routesOf, type Route } from './http/route-table.js';
export { openService, type RunningService, type ServiceModule } from './lifecycle/open-service.js';
export { DatabasePositions } from './lifecycle/database-positions.js';
export { LogWatch, SaysAgain } from './lifecycle/log-watch.js';
export { PagedRepublisher, type RepublisherParts } from './lifecycle/paged-republisher.js';
export { Upkeep, type Round } from './lifecycle/upkeep.js';
export { OutboxRelay } from './lifecycle/outbox-relay.js';
export { startService } from './lifecycle/start-service.js';
export { decodeCursor, encodeCursor, type CursorKind, type CursorValues } from './lists/cursor.js';
export { DEFAULT_LIMIT, MAX_LIMIT, pageOf, type Page } from './lists/page.js';
export { PageQuery } from './lists/page-query.js';
export { openApiOf, type OpenApiDocument } from './openapi/open-api-of.js';
export { placeholderConfig } from './openapi/placeholder-config.js';
export { ServiceKit, type ServiceKitOptions } from './service-kit.module.js';
