import type { SealingKey, UnsealingKey } from '@toolplane/contracts/documents';
import { exportJWK, generateKeyPair } from 'jose';

/** Makes a pair to seal and to open with. The public part goes to the end of sealing-keys.json, after the workers have the private one. */
export async function makeSealingKeys(kid: string): Promise<{ readonly sealing: SealingKey; readonly unsealing: UnsealingKey }> {
  const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const { x = '', y = '', d = '' } = await exportJWK(privateKey);
  const sealing: SealingKey = { kty: 'EC', crv: 'P-256', kid, use: 'enc', alg: 'ECDH-ES', x, y };
  return { sealing, unsealing: { ...sealing, d } };
}
