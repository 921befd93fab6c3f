import { requestedTopic } from '@toolplane/contracts/events';
import { Ingresses } from './ingresses.js';

const ORDERS = requestedTopic('orders');
const policy = { orders: { topic: ORDERS, principal: 'User:orders', tenants: ['demo'], answerTopic: 'tool.execution.answered.v1.orders' } };

describe('the ingresses', () => {
  it('that are listed are read, with those of our own services', () => {
    expect(new Ingresses({ trust: 'listed', policy }).topics.sort()).toEqual([requestedTopic('execution'), ORDERS, requestedTopic('playbook')].sort());
    expect(new Ingresses({ trust: 'open', policy: {} }).topics).toContain(requestedTopic());
  });

  it('may name the tenants that their entry lists, and no others', () => {
    const ingress = new Ingresses({ trust: 'listed', policy }).of(ORDERS);
    expect(ingress).toMatchObject({ principal: 'User:orders', answerTopic: 'tool.execution.answered.v1.orders' });
    expect([ingress?.allows('demo'), ingress?.allows('acme')]).toEqual([true, false]);
  });

  it('believe every record where they are open, and still know whose they are', () => {
    const ingresses = new Ingresses({ trust: 'open', policy });
    expect([ingresses.of(ORDERS)?.allows('acme'), ingresses.of(ORDERS)?.principal]).toEqual([true, 'User:orders']);
    expect(ingresses.of(requestedTopic())).toMatchObject({ principal: 'open', answerTopic: null });
  });

  it('believe our own services for any tenant, whatever the file says', () => {
    const forged = { playbook: { topic: requestedTopic('playbook'), principal: 'User:evil', tenants: ['*'] } };
    expect(new Ingresses({ trust: 'listed', policy: forged }).of(requestedTopic('playbook'))?.principal).toBeNull();
    expect(new Ingresses({ trust: 'listed', policy: {} }).of(requestedTopic('execution'))?.allows('anyone')).toBe(true);
  });

  it('do not know a topic that nobody listed', () => {
    expect(new Ingresses({ trust: 'listed', policy }).of(requestedTopic())).toBeUndefined();
  });
});
