import {
  ADDRESS_SETUPS,
  corpus,
  CORPUS_POLICY,
  ELSEWHERE,
  ENTRY_SETUPS,
  OWN_ADDRESSES,
  questionsOf,
  type Question,
} from './ssrf-corpus.cases.js';
import { compileEgressPolicy, decideAddresses, decideUrl, type EgressRules } from './index.js';

const compiled = compileEgressPolicy(CORPUS_POLICY);
if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
const { rules } = compiled;

/** The whole decision: the URL, then the addresses (those of a public name, where the vector says nothing else). */
function verdict(
  under: EgressRules,
  { url, method = 'GET', tenant = 'demo', tool = 'plain', answers = ['93.184.216.34'] }: Question,
): 'allow' | 'deny' {
  const named = decideUrl(under, url, { tenant, tool: { id: `id-of-${tool}`, name: tool }, method });
  if (named.verdict === 'deny') return 'deny';
  const found = named.url.literal ? [named.url.host.replace(/^\[|\]$/g, '')] : answers;
  return decideAddresses(under, found, { port: named.url.port, entry: named.entry, own: OWN_ADDRESSES }).verdict;
}

const judged = corpus.filter((vector) => questionsOf(vector));
const entries = corpus.filter(({ id }) => ENTRY_SETUPS[id]);

describe('the SSRF corpus', () => {
  it.each(judged.map((vector) => [vector.id, vector.expected, vector.why, vector] as const))(
    '%s: %s. %s',
    (_id, expected, _why, vector) => {
      for (const question of questionsOf(vector) ?? []) expect(verdict(rules, question)).toBe(expected);
    },
  );

  it.each(entries.map(({ id, why }) => [id, why] as const))('%s: such an entry is refused. %s', (id) => {
    const answer = compileEgressPolicy({ ...CORPUS_POLICY, allow: [{ origin: ENTRY_SETUPS[id] ?? '' }] });
    expect(answer.ok).toBe(false);
  });

  it('leaves no vector unaccounted for', () => {
    const rest = corpus.filter((vector) => !judged.includes(vector) && !entries.includes(vector));
    expect(rest.filter(({ id, category }) => !ELSEWHERE[id] && !ELSEWHERE[category])).toEqual([]);
    expect(judged.length + entries.length + rest.length).toBe(183);
  });

  it('denies the addresses of the corpus by default too, when public HTTPS is open', () => {
    const open = compileEgressPolicy({ default: 'public-https', allow: [], private: [{ cidr: '10.0.0.0/8', ports: [443] }] });
    if (!open.ok) throw new Error('unreachable');
    const wrong = judged.filter((vector) => {
      const resolved = vector.url_or_setup.includes('resolves to') || ADDRESS_SETUPS[vector.id];
      return resolved && (questionsOf(vector) ?? []).some((question) => verdict(open.rules, question) !== vector.expected);
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});
