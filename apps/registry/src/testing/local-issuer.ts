import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose';

export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

export const makeKey = async (kid: string, alg: string): Promise<IssuerKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
};

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'toolplane';

/** An OpenID Connect issuer as far as the registry sees of it: a file of public keys, and tokens. */
export class LocalIssuer {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'toolplane-issuer-'));
  readonly jwksFile = path.join(this.folder, 'jwks.json');

  /** What the registry has to be told. */
  readonly env = { OIDC_ISSUER: ISSUER, OIDC_AUDIENCE: AUDIENCE, OIDC_JWKS_FILE: this.jwksFile };

  /** Replaces the file in one step, as an operator does. */
  publish(keys: readonly JWK[]): void {
    this.write(JSON.stringify({ keys }));
  }

  write(text: string): void {
    writeFileSync(`${this.jwksFile}.new`, text);
    renameSync(`${this.jwksFile}.new`, this.jwksFile);
  }

  /** A token of an operator of tenant demo, unless said otherwise; a claim of undefined is left out. */
  sign(key: Pick<IssuerKey, 'kid' | 'alg'> & { readonly privateKey: CryptoKey | Uint8Array }, claims: Readonly<Record<string, unknown>> = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const all = { iss: ISSUER, aud: AUDIENCE, sub: 'mary', iat: now, exp: now + 300, tenant: 'demo', roles: ['operator'], ...claims };
    const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header }).sign(key.privateKey);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
