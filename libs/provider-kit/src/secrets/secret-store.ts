import { readPolicyFile, readSecretSource } from '@toolplane/config';
import { coversTenant, SecretsPolicy } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { WatchedFile } from '../policies/watched-file.js';

export interface SecretUse {
  readonly tenantId: string;
  /** Scheme, host and port the value would be sent to. */
  readonly origin: string;
}

/** Where calls get the values of secrets from. */
export interface SecretSource {
  /** @throws ToolplaneError SECRET_NOT_BOUND, SECRET_UNAVAILABLE */
  read(reference: string, use: SecretUse): Promise<string>;
}

/** The operator's `secrets.json`: the file and each value are read again at every use, so that replacing one rotates it. */
export class SecretStore implements SecretSource {
  readonly #policy: WatchedFile<SecretsPolicy> | null;

  /** @param path of `secrets.json`; null where this worker is given none. */
  constructor(path: string | null) {
    this.#policy = path === null ? null : new WatchedFile(path, (file) => readPolicyFile(file, SecretsPolicy));
  }

  async read(reference: string, { tenantId, origin }: SecretUse): Promise<string> {
    const policy = await this.#current();
    const entry = Object.hasOwn(policy, reference) ? policy[reference] : undefined;
    // One answer for an unknown reference, another tenant's and another origin: who asks learns nothing of other tenants' secrets.
    if (!entry || !coversTenant(entry.tenants, tenantId) || !entry.origins.some((bound) => sameOrigin(bound, origin))) {
      throw new ToolplaneError('SECRET_NOT_BOUND');
    }
    const value = readSecretSource(entry.from);
    if (value === null) throw new ToolplaneError('SECRET_UNAVAILABLE');
    return value;
  }

  async #current(): Promise<SecretsPolicy> {
    try {
      return (await this.#policy?.current()) ?? {};
    } catch (cause) {
      throw new ToolplaneError('SECRET_UNAVAILABLE', { cause });
    }
  }
}

const originOf = (text: string): string | null => (URL.canParse(text) ? new URL(text).origin : null);
const sameOrigin = (bound: string, origin: string): boolean => {
  const canonical = originOf(bound);
  return canonical !== null && canonical === originOf(origin);
};
