import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GLOBAL } from '@toolplane/contracts/ids';
import { signerOf, verifierOf, type Checkpoint, type Signed, type Signer, type Tombstone } from '@toolplane/security/chain';

/** What was noted of one chain outside the database, by whoever has signed it. */
export interface Noted {
  /** In the order of the chain. */
  readonly checkpoints: readonly Checkpoint[];
  readonly tombstones: readonly Tombstone[];
  /** Lines that nobody we know has signed: they count for nothing. */
  readonly refused: number;
}

/**
 * The folder of checkpoints: one file a tenant, one signed statement a line, only ever appended to; beside them the public key of each
 * signer, so that a chain can be verified where no private key is. Instances may share it.
 */
export class CheckpointFiles {
  readonly signer: Signer;
  private prepared: Promise<void> | undefined;
  private readonly begun = new Set<string>();

  /** @throws Error for a key that is no Ed25519 key */
  constructor(
    private readonly dir: string,
    privateKey: string,
  ) {
    this.signer = signerOf(privateKey);
  }

  /** Resolves when the lines are on the disk. */
  async append(tenantId: string, statements: readonly (Checkpoint | Tombstone)[]): Promise<void> {
    await this.prepare();
    const file = await open(this.fileOf(tenantId), 'a+', 0o644);
    try {
      const text = statements.map((statement) => `${JSON.stringify(statement)}\n`).join('');
      // A line that a crash has cut off must not spoil the next one.
      const { size } = this.begun.has(tenantId) ? { size: 0 } : await file.stat();
      const cut = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString() !== '\n';
      await file.appendFile(cut ? `\n${text}` : text);
      await file.sync();
      this.begun.add(tenantId);
    } finally {
      await file.close();
    }
  }

  async read(tenantId: string): Promise<Noted> {
    await this.prepare();
    const isSigned = verifierOf(await this.publicKeys());
    const statements = (await textOf(this.fileOf(tenantId))).split('\n').filter((line) => line !== '').map(parsed);
    const good = statements.filter((one): one is Checkpoint | Tombstone => one?.tenantId === tenantId && isSigned(one));
    return {
      checkpoints: good.filter((one) => one.type === 'checkpoint').sort((a, b) => a.seq - b.seq),
      tombstones: good.filter((one) => one.type === 'tombstone').sort((a, b) => a.firstSeq - b.firstSeq),
      refused: statements.length - good.length,
    };
  }

  /** Whether somebody who holds one of the known keys has signed it. */
  async isSigned(statement: Signed): Promise<boolean> {
    await this.prepare();
    return verifierOf(await this.publicKeys())(statement);
  }

  private fileOf(tenantId: string): string {
    return path.join(this.dir, `${tenantId === GLOBAL ? '_global' : encodeURIComponent(tenantId)}.ndjson`);
  }

  private prepare(): Promise<void> {
    this.prepared ??= (async () => {
      await mkdir(this.dir, { recursive: true });
      await writeFile(path.join(this.dir, `${this.signer.keyId}.pem`), this.signer.publicKey);
    })().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }

  private async publicKeys(): Promise<string[]> {
    const names = (await readdir(this.dir)).filter((name) => name.endsWith('.pem'));
    return Promise.all(names.map((name) => readFile(path.join(this.dir, name), 'utf8')));
  }
}

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};

const parsed = (line: string): Checkpoint | Tombstone | undefined => {
  try {
    return JSON.parse(line) as Checkpoint | Tombstone;
  } catch {
    return undefined;
  }
};
