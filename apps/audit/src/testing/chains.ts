import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ToolExecutionCompleted } from '@toolplane/contracts/events';
import type { TestDatabase } from '@toolplane/persistence/testing';
import { appendToChains } from '../chain/chain.store.js';
import { draftOf, type Draft } from '../chain/draft.js';
import { contentOfOutcome } from '../record/content-of-outcome.js';
import { another, received } from './events.js';

export const outcomeDraft = (tenantid: string, sessionId = 's'): Draft => {
  const event = received(another(ToolExecutionCompleted, { tenantid, sessionId, requestedBy: { type: 'user', id: 'u' } }));
  return draftOf(event, contentOfOutcome(event));
};

const BATCH = 500;

/** Makes chains in a database of a spec. */
export function chainsOf(db: () => TestDatabase): { readonly chain: (length: number) => Promise<string>; readonly grow: (tenantId: string, by: number) => Promise<void> } {
  let tenants = 0;
  const grow = async (tenantId: string, by: number): Promise<void> => {
    const drafts = Array.from({ length: by }, (_, n) => outcomeDraft(tenantId, `s${n}`));
    for (let at = 0; at < by; at += BATCH) await db().database.asWorker((tx) => appendToChains(tx, drafts.slice(at, at + BATCH)));
  };
  const chain = async (length: number): Promise<string> => {
    const tenantId = `tenant-${tenants++}`;
    await grow(tenantId, length);
    return tenantId;
  };
  return { chain, grow };
}

export const checkpointKey = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const checkpointDir = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'toolplane-checkpoints-'));
