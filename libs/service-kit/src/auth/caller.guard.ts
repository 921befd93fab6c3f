import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { EdgeRequest } from '../http/edge-request.js';
import { type InternalTokens, TOKEN_HEADER } from './internal-tokens.js';
import { declaredPermission } from './permission.js';
import { mayDo } from './permissions.js';

/** Where a request's caller comes from: the internal token, or in the gateway the credential. */
export abstract class CallerSource {
  /** @throws ToolplaneError UNAUTHENTICATED or FORBIDDEN, DependencyDown where nobody can tell. */
  abstract callerOf(request: EdgeRequest): Promise<NonNullable<EdgeRequest['caller']>>;
}

/** The source of every service behind the gateway. */
export class TokenCallerSource extends CallerSource {
  constructor(private readonly tokens: InternalTokens) {
    super();
  }

  async callerOf(request: EdgeRequest): Promise<NonNullable<EdgeRequest['caller']>> {
    const token = request.headers[TOKEN_HEADER];
    if (typeof token !== 'string') throw new ToolplaneError('UNAUTHENTICATED');
    return this.tokens.verify(token);
  }
}

/** Lets a request through to a route it may use. Consumers are no requests and pass. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(private readonly source: CallerSource) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const declared = declaredPermission(context.getHandler());
    if (!declared) throw new ToolplaneError('FORBIDDEN', { message: 'the route declares no permission' });
    const { permission } = declared;
    if (permission === null) return true;
    const request = context.switchToHttp().getRequest<EdgeRequest>();
    const caller = await this.source.callerOf(request);
    request.caller = caller;
    if (!mayDo(caller.roles, permission)) {
      throw new ToolplaneError('FORBIDDEN', { message: `this needs the permission ${permission}` });
    }
    return true;
  }
}
