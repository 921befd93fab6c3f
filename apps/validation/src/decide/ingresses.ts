import type { IngressConfig } from '@toolplane/config';
import { coversTenant } from '@toolplane/contracts/documents';
import { requestedTopic } from '@toolplane/contracts/events';

/** What an ingress topic is believed. */
export interface Ingress {
  /** Who asks, by the topic it writes to; null where the record says it, because only a service of ours may write there. */
  readonly principal: string | null;
  /** Whether it may speak for a tenant. */
  readonly allows: (tenantId: string) => boolean;
  /** Where the answers go as well. */
  readonly answerTopic: string | null;
}

const everyTenant = (): boolean => true;
const OURS: Ingress = Object.freeze({ principal: null, allows: everyTenant, answerTopic: null });
const OPEN: Ingress = Object.freeze({ principal: 'open', allows: everyTenant, answerTopic: null });

/**
 * Whom the ingress topics are believed. A record says what it likes; what counts is the topic it lies on, since the broker decides who may
 * write there. `open` believes every record's tenant, and is for one machine alone.
 */
export class Ingresses {
  private readonly byTopic: ReadonlyMap<string, Ingress>;

  constructor({ trust, policy }: IngressConfig) {
    const open = trust === 'open';
    this.byTopic = new Map<string, Ingress>([
      ...(open ? [[requestedTopic(), OPEN] as const] : []),
      ...Object.values(policy).map(({ topic, principal, tenants, answerTopic }) => {
        const allows = open ? everyTenant : (tenantId: string) => coversTenant(tenants, tenantId);
        return [topic, Object.freeze<Ingress>({ principal, allows, answerTopic: answerTopic ?? null })] as const;
      }),
      // Last: no entry of a file can make these anything else.
      [requestedTopic('execution'), OURS],
      [requestedTopic('playbook'), OURS],
    ]);
  }

  /** The topics to read. */
  get topics(): string[] {
    return [...this.byTopic.keys()];
  }

  of(topic: string): Ingress | undefined {
    return this.byTopic.get(topic);
  }
}
