import { Type } from 'typebox';
import { SealingKeys } from '@toolplane/contracts/documents';
import { ConfigurationError } from './configuration-error.js';
import { refined, type Refined } from './definition.js';
import { keptFile } from './kept-file.js';
import { variable } from './variable.js';

export interface SealingConfig {
  /** The public keys as the file holds them now; null where the service was given none, and no sensitive field can be taken. */
  readonly keys: (() => SealingKeys) | null;
}

/** Variables of who seals sensitive payload fields, or shows the keys for it. */
export const sealingVariables = (): Refined<SealingConfig> =>
  refined(
    {
      file: variable({
        env: 'SEALING_KEYS_FILE',
        doc: 'Path of sealing-keys.json, public keys alone; read again when it changes. Without it, tools with sensitive fields are not run.',
        schema: Type.String({ minLength: 1 }),
        optional: true,
      }),
    },
    ({ file }, blame): SealingConfig => {
      if (file === undefined) return { keys: null };
      try {
        return { keys: keptFile(file, SealingKeys) };
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        for (const { source, pointer, message } of error.faults) blame('SEALING_KEYS_FILE', `${source}${pointer ? ` ${pointer}` : ''} ${message}`);
        return { keys: null };
      }
    },
  );
