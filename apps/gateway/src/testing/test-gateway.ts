import { testCaller, testService, testToken, type TestAnswer, type TestRequest, type TestService } from '@toolplane/service-kit/testing';
import { gatewayConfig } from '../gateway.config.js';
import { GatewayModule } from '../gateway.module.js';
import { FakeService, type FakeAnswer, type SeenRequest } from './fake-service.js';

/** The one credential that the registry of these tests knows. */
export const KEY = 'tp_good';
export const REFUSED: FakeAnswer = { status: 401, body: { code: 'UNAUTHENTICATED', detail: 'The credential is missing or not valid', status: 401 } };

export interface TestGateway extends Pick<TestService, 'app' | 'deliver' | 'get'> {
  readonly registry: FakeService;
  readonly validation: FakeService;
  readonly execution: FakeService;
  readonly audit: FakeService;
  readonly playbook: FakeService;
  /** A request from outside: with the good key, unless `headers` say otherwise. */
  send<Body = Record<string, unknown>>(request: Omit<TestRequest, 'as'>): Promise<TestAnswer<Body>>;
}

/** The gateway with everything behind it faked at its HTTP: other services are outside of it. */
export function testGateway(env: Readonly<Record<string, string>> = {}): TestGateway {
  const [registry, validation, execution, audit, playbook] = [new FakeService(), new FakeService(), new FakeService(), new FakeService(), new FakeService()];
  const all = [registry, validation, execution, audit, playbook];
  const service = testService(GatewayModule, {
    definition: gatewayConfig,
    env: async () => ({
      METRICS_PORT: '0',
      REGISTRY_URL: await registry.start(),
      VALIDATION_URL: await validation.start(),
      EXECUTION_URL: await execution.start(),
      AUDIT_URL: await audit.start(),
      PLAYBOOK_URL: await playbook.start(),
      ...env,
    }),
  });
  beforeEach(() => {
    for (const fake of all) fake.reset();
    registry.on('POST /internal/tokens', tokensFor);
  });
  afterAll(() => Promise.all(all.map((fake) => fake.stop())));
  return Object.assign(Object.create(service) as TestService, {
    registry,
    validation,
    execution,
    audit,
    playbook,
    send: <Body>({ headers, ...request }: Omit<TestRequest, 'as'>) =>
      service.http<Body>({ ...request, as: null, headers: { authorization: `Bearer ${KEY}`, ...headers } }),
  });
}

const tokensFor = async ({ body }: SeenRequest): Promise<FakeAnswer> => {
  if (!String(body['credential']).startsWith(KEY)) return REFUSED;
  const caller = testCaller({ tenantId: (body['tenant'] as string | undefined) ?? 'demo', ip: body['ip'] as string });
  return { body: { token: await testToken(caller), expiresAt: new Date(Date.now() + 60_000).toISOString(), caller } };
};
