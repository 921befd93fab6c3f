import { Type } from 'typebox';
import { IngressPolicy } from '@toolplane/contracts/documents';
import { ConfigurationError } from './configuration-error.js';
import { refined, type Refined } from './definition.js';
import { readPolicyFile } from './policy-file.js';
import { variable } from './variable.js';

/** Whom the ingress topics are believed. */
export interface IngressConfig {
  /** `open` believes every record: one machine only, and the service says so at start-up. */
  readonly trust: 'open' | 'listed';
  /** The entries of `ingress.json`; empty without a file. */
  readonly policy: IngressPolicy;
}

/** Variables of who reads ingress topics or answers on them. The file is read and checked here, with all the others. */
export const ingressVariables = (): Refined<IngressConfig> =>
  refined(
    {
      trust: variable({
        env: 'INGRESS_TRUST',
        doc: 'listed: tenants and principals of ingress.json. open: every record is believed; for one machine only.',
        schema: Type.Enum(['open', 'listed']),
        default: 'listed',
      }),
      file: variable({ env: 'INGRESS_FILE', doc: 'Path of ingress.json; required with listed.', schema: Type.String({ minLength: 1 }), optional: true }),
    },
    ({ trust, file }, blame): IngressConfig => {
      if (trust === 'listed' && file === undefined) blame('INGRESS_FILE', 'is required with INGRESS_TRUST=listed');
      if (file === undefined) return { trust, policy: {} };
      try {
        return { trust, policy: readPolicyFile(file, IngressPolicy) };
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        for (const { source, pointer, message } of error.faults) blame('INGRESS_FILE', `${source}${pointer ? ` ${pointer}` : ''} ${message}`);
        return { trust, policy: {} };
      }
    },
  );
