import { DependencyDown } from '@toolplane/contracts/errors';
import { Metrics } from '@toolplane/observability';
import { ServiceClient, TOKEN_LIFETIME_SECONDS } from '@toolplane/service-kit';
import { testCaller } from '@toolplane/service-kit/testing';
import { FakeService } from '../testing/fake-service.js';
import { REFUSED } from '../testing/test-gateway.js';
import { CredentialExchange } from './credential-exchange.js';

const TOKENS = 'POST /internal/tokens';
const good = { body: { token: 't', expiresAt: '', caller: testCaller() } };
const asked = { credential: 'tp_key', ip: '10.0.0.1' };

describe('the memory of credentials', () => {
  const registry = new FakeService();
  let services: ServiceClient;
  let now = 0;
  beforeAll(async () => {
    services = new ServiceClient({ registry: await registry.start() }, new Metrics());
  });
  afterAll(async () => {
    await services.onApplicationShutdown();
    await registry.stop();
  });
  const exchange = () => {
    registry.reset();
    registry.on(TOKENS, good);
    now = 1;
    return new CredentialExchange(services, () => now);
  };

  it('lets a key that is revoked, or whose tenant is suspended, work for less than a minute more, tokens included', async () => {
    for (const refusal of [REFUSED, { status: 403, body: { code: 'TENANT_INACTIVE', detail: 'resting', status: 403 } }]) {
      const credentials = exchange();
      expect(await credentials.exchange(asked)).toHaveProperty('caller');
      registry.on(TOKENS, refusal);
      now += 44_000;
      expect(await credentials.exchange(asked)).toHaveProperty('caller');
      now += 2_000;
      expect(await credentials.exchange(asked)).toHaveProperty('refusal');
      expect(now).toBeLessThan(TOKEN_LIFETIME_SECONDS * 1_000);
    }
  });

  it('forgets that a credential was good once it is not', async () => {
    const credentials = exchange();
    await credentials.exchange(asked);
    expect(credentials.wasGood(asked)).toBe(true);
    registry.on(TOKENS, REFUSED);
    now += 46_000;
    await credentials.exchange(asked);
    expect(credentials.wasGood(asked)).toBe(false);
  });

  it('takes a new key that was refused a moment ago', async () => {
    const credentials = exchange();
    registry.on(TOKENS, REFUSED);
    expect(await credentials.exchange(asked)).toHaveProperty('refusal');
    registry.on(TOKENS, good);
    now += 10_001;
    expect(await credentials.exchange(asked)).toHaveProperty('caller');
  });

  it('remembers nothing of a registry that cannot tell', async () => {
    const credentials = exchange();
    registry.on(TOKENS, { status: 500, body: {} });
    await expect(credentials.exchange(asked)).rejects.toThrow(DependencyDown);
    registry.on(TOKENS, good);
    expect(await credentials.exchange(asked)).toHaveProperty('caller');
  });

  it('keeps one tenant’s answer, and one address’s, apart from another’s', async () => {
    const credentials = exchange();
    await credentials.exchange(asked);
    await credentials.exchange({ ...asked, tenant: 'acme' });
    await credentials.exchange({ ...asked, ip: '10.0.0.2' });
    expect(registry.requests(TOKENS)).toHaveLength(3);
  });
});
