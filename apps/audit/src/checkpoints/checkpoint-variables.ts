import { refined, variable, type Refined } from '@toolplane/config';
import { Type } from 'typebox';

/** Where checkpoints lie and with what they are signed. */
export interface CheckpointConfig {
  readonly dir: string;
  /** Ed25519, PKCS8 PEM. */
  readonly privateKey: string;
  readonly everyMs: number;
}

export interface ProofConfig {
  /** Undefined: nothing is noted outside the database. */
  readonly checkpoints: CheckpointConfig | undefined;
  /** Undefined: entries are kept for ever. */
  readonly retentionMonths: number | undefined;
}

const MINUTE_MS = 60_000;

/** Variables of what makes the audit provable, and of what may end it. */
export const proofVariables = (): Refined<ProofConfig> =>
  refined(
    {
      dir: variable({
        env: 'CHECKPOINT_DIR',
        doc: 'Folder outside the database where signed checkpoints of every chain are appended to a file a tenant. Mount what the database’s administrators cannot write.',
        schema: Type.String({ minLength: 1 }),
        optional: true,
      }),
      privateKey: variable({
        env: 'CHECKPOINT_PRIVATE_KEY',
        doc: 'With CHECKPOINT_DIR: Ed25519 private key (PKCS8 PEM) that signs checkpoints and tombstones.',
        schema: Type.String({ pattern: '^-----BEGIN PRIVATE KEY-----' }),
        optional: true,
        secret: true,
      }),
      everyMs: variable({
        env: 'CHECKPOINT_EVERY_MS',
        doc: 'How often a checkpoint is made of every chain that has grown, in milliseconds.',
        schema: Type.Integer({ minimum: 100 }),
        default: MINUTE_MS,
      }),
      retentionMonths: variable({
        env: 'AUDIT_RETENTION_MONTHS',
        doc: 'Whole months of entries that are kept besides the current one; older ones are removed and leave a signed tombstone. Without it entries are kept for ever.',
        schema: Type.Integer({ minimum: 1, maximum: 1_200 }),
        optional: true,
      }),
    },
    ({ dir, privateKey, everyMs, retentionMonths }, blame): ProofConfig => {
      if (dir !== undefined && privateKey === undefined) blame('CHECKPOINT_PRIVATE_KEY', 'is required with CHECKPOINT_DIR');
      if (dir === undefined && privateKey !== undefined) blame('CHECKPOINT_DIR', 'is required with CHECKPOINT_PRIVATE_KEY');
      if (dir === undefined && retentionMonths !== undefined) blame('AUDIT_RETENTION_MONTHS', 'needs CHECKPOINT_DIR: what is removed leaves a signed tombstone there');
      return { checkpoints: dir === undefined || privateKey === undefined ? undefined : { dir, privateKey, everyMs }, retentionMonths };
    },
  );
