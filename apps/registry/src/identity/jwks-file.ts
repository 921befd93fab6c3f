import { readFileSync, statSync } from 'node:fs';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** A shared secret would make everybody who can check a token able to write one. */
const PUBLIC_KEY_TYPES = ['RSA', 'EC', 'OKP'];

/** What is wrong with the text of a key set; null if nothing is. Never says what stands in it. */
export function jwksFault(text: string): string | null {
  const keys = keysOf(text);
  if (!keys) return 'is not a JSON Web Key Set';
  if (keys.length === 0) return 'holds no key';
  if (keys.some(({ kty }) => !PUBLIC_KEY_TYPES.includes(String(kty)))) return `holds a key that is not of type ${PUBLIC_KEY_TYPES.join(', ')}`;
  return keys.some((key) => 'd' in key) ? 'holds a private key: only public ones belong here' : null;
}

const keysOf = (text: string): readonly Readonly<Record<string, unknown>>[] | null => {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null) ? (keys as Record<string, unknown>[]) : null;
  } catch {
    return null;
  }
};

/**
 * The issuer's public keys, from a file that the operator keeps up to date. It is read again when it has changed; while it is being
 * replaced, or if what comes is no key set, the last good one counts.
 */
export class JwksFile {
  private seen = '';
  private keys: JWTVerifyGetKey | undefined;

  constructor(
    private readonly path: string,
    private readonly logger: Pick<Logger, 'warn' | 'info'>,
  ) {}

  /** @throws DependencyDown where there has never been a key set. */
  current(): JWTVerifyGetKey {
    try {
      const { mtimeMs, size, ino } = statSync(this.path);
      const state = `${mtimeMs} ${size} ${ino}`;
      if (state !== this.seen) this.read(state);
    } catch (cause) {
      this.logger.warn({ file: this.path, cause: (cause as NodeJS.ErrnoException).code }, 'the key set of the issuer cannot be read');
    }
    if (!this.keys) throw new DependencyDown('key set of the issuer');
    return this.keys;
  }

  private read(state: string): void {
    const text = readFileSync(this.path, 'utf8');
    this.seen = state;
    const fault = jwksFault(text);
    if (fault !== null) return this.logger.warn({ file: this.path, fault }, 'the new key set of the issuer is not taken; the last good one counts');
    this.keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
    this.logger.info({ file: this.path }, 'the key set of the issuer was read');
  }
}
