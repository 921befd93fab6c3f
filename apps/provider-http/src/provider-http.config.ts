import { variable } from '@toolplane/config';
import { workerConfig } from '@toolplane/provider-kit';
import { Type } from 'typebox';

export const providerHttpConfig = workerConfig(
  { name: 'provider-http', port: 8085 },
  {
    egressFile: variable({
      env: 'EGRESS_FILE',
      doc: 'Path of egress.json: where calls may go.',
      schema: Type.String({ minLength: 1 }),
    }),
    ownAddresses: variable({
      env: 'OWN_ADDRESSES',
      doc: 'Public addresses under which this platform is reached; they are never called, and neither are those of this host.',
      schema: Type.Array(Type.String()),
      default: [],
    }),
  },
);
