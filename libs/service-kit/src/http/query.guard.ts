import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { EdgeRequest } from './edge-request.js';
import { queryOf } from './route-table.js';

/** Refuses query parameters on routes that take none. Where a route declares a class for them, the pipe checks them. */
@Injectable()
export class QueryGuard implements CanActivate {
  private readonly takesQuery = new WeakMap<object, boolean>();

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const names = Object.keys((context.switchToHttp().getRequest<EdgeRequest>().query ?? {}));
    if (names.length === 0 || this.takes(context)) return true;
    const details = names.slice(0, 20).map((name) => ({ pointer: `/${name}`, detail: 'this parameter is not known' }));
    throw new ToolplaneError('REQUEST_MALFORMED', { message: 'this route takes no query parameters', details });
  }

  private takes(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const known = this.takesQuery.get(handler);
    if (known !== undefined) return known;
    const controller = context.getClass();
    const takes = queryOf(controller, controller.prototype as object, handler.name) !== null;
    this.takesQuery.set(handler, takes);
    return takes;
  }
}
