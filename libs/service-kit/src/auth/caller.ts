import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';

/** A verified identity. */
export interface CallerPrincipal {
  readonly type: 'user' | 'service' | 'agent';
  readonly id: string;
}

/** Who calls, as `registry` vouched for it. Tenant and principal come from here and from nowhere else. */
export interface Caller {
  readonly tenantId: string;
  readonly principal: CallerPrincipal;
  readonly roles: readonly string[];
  /** The agent type a key of type agent always acts as. */
  readonly agent: string | null;
  /** Whether the body may name an actor. */
  readonly mayActFor: boolean;
  /** Address of the HTTP caller, as the gateway saw it. */
  readonly ip: string | null;
  /** The internal token itself, to be passed on to the next service. */
  readonly token: string;
}

/** Parameter decorator: the caller of this request. Only on routes with a permission. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<{ readonly caller?: Caller }>();
  if (!caller) throw new ToolplaneError('UNAUTHENTICATED');
  return caller;
});
