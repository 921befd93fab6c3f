import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

const ISSUER = 'https://login.e2e.example.com/';
const AUDIENCE = 'toolplane';

/** An OpenID Connect issuer of this machine: a key, the file of its public half, and tokens. */
export class Issuer {
  private constructor(
    private readonly privateKey: CryptoKey,
    /** What a start has to be told. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async make(folder: string): Promise<Issuer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const file = path.join(folder, 'issuer', 'jwks.json');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'e2e', alg: 'ES256', use: 'sig' }] }));
    return new Issuer(privateKey, { OIDC_ISSUER: ISSUER, OIDC_AUDIENCE: AUDIENCE, OIDC_JWKS_FILE: file });
  }

  token(claims: Readonly<Record<string, unknown>> = {}, key: CryptoKey = this.privateKey): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'mary', iat: now, exp: now + 300, tenant: 'demo', roles: ['operator'], ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'e2e' })
      .sign(key);
  }
}
