import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GENESIS, linkEntry, signerOf } from '@toolplane/security/chain';
import { auditVerify } from './audit-verify.js';

const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signer = signerOf(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const file = (name: string, lines: readonly unknown[]): string => {
  const at = path.join(folder, name);
  writeFileSync(at, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
  return at;
};

const entries = Array.from({ length: 5 }).reduce<{ seq: number; hash: string; prevHash: string; kind: string }[]>((chain, _, n) => {
  const { seq, hash } = chain.at(-1) ?? GENESIS;
  return [...chain, linkEntry({ seq: seq + 1, prevHash: hash, kind: `k${n}` })];
}, []);
const at = (seq: number) => ({ seq, hash: entries[seq - 1]?.hash ?? '' });
const checkpoint = (seq: number, tenantId = 'demo') => signer.sign({ type: 'checkpoint', tenantId, at: '2026-11-21T01:00:00.000Z', ...at(seq) });

const verify = async (options: Parameters<typeof auditVerify>[0]) => {
  let text = '';
  const exitCode = await auditVerify(options, (printed) => (text += printed));
  return { exitCode, ...(JSON.parse(text) as { ok: boolean; firstBadSequence: number | null; entries: number; comparedWith: unknown; cannotSee: string[] }) };
};

describe('toolplane audit verify', () => {
  beforeAll(() => file(`${signer.keyId}.pem`, [signer.publicKey]));

  it('needs the export alone, and says what that cannot show', async () => {
    const report = await verify({ export: file('good.ndjson', [...entries].reverse()) });
    expect(report).toMatchObject({ exitCode: 0, ok: true, entries: 5, firstBadSequence: null });
    expect(report.cannotSee[0]).toContain('Without --checkpoints');
  });

  it('names the first bad entry, and ends with 1', async () => {
    const edited = file('edited.ndjson', entries.map((entry) => (entry.seq === 3 ? { ...entry, kind: 'x' } : entry)));
    expect(await verify({ export: edited })).toMatchObject({ exitCode: 1, ok: false, firstBadSequence: 3, entries: 2 });
  });

  it('compares with checkpoints that a known key has signed: a tail that was cut off shows', async () => {
    const cut = file('cut.ndjson', entries.slice(0, 3));
    const checkpoints = file('demo.ndjson', [checkpoint(2), checkpoint(5), { ...checkpoint(3), seq: 9 }, 'half a li\n']);
    expect(await verify({ export: cut })).toMatchObject({ exitCode: 0 });
    expect(await verify({ export: cut, checkpoints })).toMatchObject({
      exitCode: 1, firstBadSequence: 4, comparedWith: { checkpoints: 2, tombstones: 0, refused: 2 },
    });
    expect(await verify({ export: file('whole.ndjson', entries), checkpoints, publicKey: [path.join(folder, `${signer.keyId}.pem`)] })).toMatchObject({ exitCode: 0 });
  });

  it('begins behind what retention has removed', async () => {
    const stone = signer.sign({
      type: 'tombstone', tenantId: 'demo', month: '2025-01-01', firstSeq: 1, lastSeq: 2, prevHash: GENESIS.hash, lastHash: at(2).hash, removedAt: '2026-11-21T01:00:00.000Z',
    });
    const rest = file('rest.ndjson', entries.slice(2));
    expect(await verify({ export: rest })).toMatchObject({ exitCode: 1, firstBadSequence: 1 });
    expect(await verify({ export: rest, checkpoints: file('stones.ndjson', [stone, checkpoint(5)]) })).toMatchObject({ exitCode: 0, entries: 3 });
  });

  it('refuses checkpoints of several chains, and those that nobody can check', async () => {
    const all = file('all.ndjson', entries);
    await expect(verify({ export: all, checkpoints: file('two.ndjson', [checkpoint(2), checkpoint(2, 'other')]) })).rejects.toThrow(/more than one chain/);
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'toolplane-verify-'));
    const lonely = path.join(elsewhere, 'demo.ndjson');
    writeFileSync(lonely, JSON.stringify(checkpoint(2)));
    await expect(verify({ export: all, checkpoints: lonely })).rejects.toThrow(/--public-key/);
    rmSync(elsewhere, { recursive: true });
  });
});
