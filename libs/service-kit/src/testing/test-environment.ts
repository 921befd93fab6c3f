import { generateKeyPairSync, randomBytes } from 'node:crypto';

import type { Caller } from '../auth/caller.js';
import { InternalTokens } from '../auth/internal-tokens.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
/** A port that nobody listens on: what is not part of the test is away. */
const NOWHERE = '127.0.0.1:1';

/** Every variable a service may want, fit for a test. */
export const testEnvironment = (): Record<string, string> => ({
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
  INTERNAL_TOKEN_PUBLIC_KEY: publicKey,
  INTERNAL_TOKEN_PRIVATE_KEY: privateKey,
  REQUEST_DIGEST_KEY: randomBytes(32).toString('base64url'),
  EVENT_LOG: 'embedded',
  EVENT_LOG_URL: `postgres://nobody@${NOWHERE}/nothing`,
  INGRESS_TRUST: 'open',
  PROVIDERS: 'http,dummy',
  REGISTRY_URL: `http://${NOWHERE}`,
  VALIDATION_URL: `http://${NOWHERE}`,
  EXECUTION_URL: `http://${NOWHERE}`,
  AUDIT_URL: `http://${NOWHERE}`,
  PLAYBOOK_URL: `http://${NOWHERE}`,
});

/** A tenant-admin of tenant `demo`, unless said otherwise. */
export const testCaller = (overrides: Partial<Omit<Caller, 'token'>> = {}): Omit<Caller, 'token'> => ({
  tenantId: 'demo',
  principal: { type: 'user', id: 'tester' },
  roles: ['tenant-admin'],
  agent: null,
  mayActFor: false,
  ip: '127.0.0.1',
  ...overrides,
});

const tokens = new InternalTokens({ publicKey, privateKey });

/** An internal token that services under {@link testEnvironment} believe. */
export const testToken = async (caller: Partial<Omit<Caller, 'token'>> = {}): Promise<string> => (await tokens.issue(testCaller(caller))).token;
