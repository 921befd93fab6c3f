import { describe, expect, it } from '@jest/globals';
import { digest } from '@toolplane/security/chain';
import { entryOf, type SelectedRow } from './entry-row.js';

/** Rows as earlier releases stored them, each with the hash they gave it. Only ever added to: an old entry must verify for ever. */
const STORED: readonly (readonly [title: string, row: SelectedRow])[] = [
  [
    'a decision of version 1.0',
    {
      tenantId: 'demo', seq: 1, at: new Date('2026-11-20T18:30:00.010Z'), kind: 'decision', status: null, code: null,
      executionId: '0910f337-bcfe-5d40-bebe-04bd023aed9b', correlationId: 'order-17', toolId: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e10', toolName: 'echo',
      agent: null, sessionId: null, exceptionId: null, requestedByType: 'ingress', requestedById: 'User:orders', actorType: 'service', actorId: 'orders',
      details: {
        toolVersion: '1.0.0', inputDigest: 'e7b995efa755c5ff3b84d2188b58cb4ae916a59470eb3761df8a814f11763500',
        rules: [{ rule: 'agent_assignment', verdict: 'skipped', code: null, reason: 'the request names no agent' }],
      },
      prevHash: '0'.repeat(64), hash: 'a18d45c5e495514df134c7a4b64cb962342d9405ee7eb72a973a84587b9e6b09',
    },
  ],
  [
    'a decision of version 1.1, whose passing rules are stored as the digest of their set',
    {
      tenantId: 'demo', seq: 1, at: new Date('2026-11-21T01:00:00.000Z'), kind: 'decision', status: null, code: null,
      executionId: '0910f337-bcfe-5d40-bebe-04bd023aed9b', correlationId: 'order-17', toolId: null, toolName: 'echo',
      agent: null, sessionId: null, exceptionId: null, requestedByType: null, requestedById: null, actorType: null, actorId: null,
      details: {
        rules: [{ rule: 'agent_assignment', verdict: 'skipped', code: null, reason: 'the request names no agent' }],
        ruleSet: 'c73c4c76168f482261a7490e01b9593862d95f4e98a90bf512f927451e9f71fe',
      },
      prevHash: '0'.repeat(64), hash: '4107f8ffe84326d2522608d6d9790f6c7a39dfa0bc30a17cbae560db15b8161f',
    },
  ],
  [
    'an outcome of version 1.0',
    {
      tenantId: 'demo', seq: 2, at: new Date('2026-11-20T18:30:00.030Z'), kind: 'outcome', status: 'success', code: null,
      executionId: '0910f337-bcfe-5d40-bebe-04bd023aed9b', correlationId: 'order-17', toolId: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e10', toolName: 'echo',
      agent: null, sessionId: null, exceptionId: null, requestedByType: 'ingress', requestedById: 'User:orders', actorType: null, actorId: null,
      details: {
        toolVersion: '1.0.0', input: { text: 'hi' }, output: { text: 'hi' }, attempts: 1, durationMs: 26,
        inputDigest: 'e7b995efa755c5ff3b84d2188b58cb4ae916a59470eb3761df8a814f11763500',
        outputDigest: 'e7b995efa755c5ff3b84d2188b58cb4ae916a59470eb3761df8a814f11763500',
      },
      prevHash: 'd3e100aea7474535167032e1c7e37e2d81f138f3137904587908664db420107a', hash: 'e59bf0c1fba768e8609646e24abfd30214da0ef08fb1f79d02c4e41c9fb96318',
    },
  ],
];

describe('an entry that was stored', () => {
  it.each(STORED)('%s still has the hash it was given', (_title, row) => {
    const { hash, ...entry } = entryOf(row);
    expect(digest(entry)).toBe(hash);
  });
});
