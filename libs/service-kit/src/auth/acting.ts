import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Caller } from './caller.js';

/** What a body may say of who acts. */
export interface Acting {
  readonly agent?: string | undefined;
  readonly actor?: unknown;
}

/**
 * The agent on whose behalf a request is made: a key of type agent always acts as its agent, users and services may name any of theirs.
 * @throws ToolplaneError FORBIDDEN for another agent than the key's, and for an actor where the key may not act for others
 */
export function agentActing({ agent, mayActFor }: Pick<Caller, 'agent' | 'mayActFor'>, body: Acting): string | null {
  if (agent !== null && body.agent !== undefined && body.agent !== agent) {
    throw new ToolplaneError('FORBIDDEN', { message: 'this key acts as another agent', details: [{ pointer: '/agent', detail: `leave it out or send ${agent}` }] });
  }
  if (body.actor !== undefined && !mayActFor) {
    throw new ToolplaneError('FORBIDDEN', { message: 'this key may not act for others', details: [{ pointer: '/actor', detail: 'leave it out, or use a key with mayActFor' }] });
  }
  return agent ?? body.agent ?? null;
}
