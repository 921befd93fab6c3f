import { CORPUS_POLICY, OWN_ADDRESSES, corpus, questionsOf, type Question } from './ssrf-corpus.cases.js';
import { compileEgressPolicy, decideAddresses, decideUrl } from './index.js';
import { NAMED, OWN_VECTORS } from './without-a-rule.cases.js';

const rulesOf = (policy: typeof CORPUS_POLICY) => {
  const compiled = compileEgressPolicy(policy);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.rules;
};
const CLOSED = rulesOf(CORPUS_POLICY);
const OPEN = rulesOf({ default: 'public-https' });

interface Asked extends Question {
  readonly open?: boolean;
}

/** Verdict and rule, with some rules turned off. */
function said(
  { url, method = 'GET', tenant = 'demo', tool = 'plain', answers = ['93.184.216.34'], open = false }: Asked,
  without: ReadonlySet<string>,
): string {
  const rules = open ? OPEN : CLOSED;
  const named = decideUrl(rules, url, { tenant, tool: { id: `id-of-${tool}`, name: tool }, method }, without);
  if (named.verdict === 'deny') return `deny ${named.rule}`;
  const found = named.url.literal ? [named.url.host.replace(/^\[|\]$/g, '')] : answers;
  const addressed = decideAddresses(rules, found, { port: named.url.port, entry: named.entry, own: OWN_ADDRESSES }, without);
  return addressed.verdict === 'deny' ? `deny ${addressed.rule}` : 'allow';
}

const vectors: readonly { readonly id: string; readonly questions: readonly Asked[] }[] = [
  ...corpus.flatMap((vector) => {
    const questions = questionsOf(vector);
    return questions ? [{ id: vector.id, questions }] : [];
  }),
  ...Object.entries(OWN_VECTORS).map(([id, question]) => ({ id, questions: [question] })),
];
const NONE: ReadonlySet<string> = new Set();
const before = new Map(vectors.map(({ id, questions }) => [id, questions.map((question) => said(question, NONE)).join()]));
/** Vectors that a rule’s absence changes: another rule has to deny them, or none does. */
const redWithout = (rule: string): readonly string[] =>
  vectors
    .filter(({ id, questions }) => questions.map((question) => said(question, new Set([rule]))).join() !== before.get(id))
    .map(({ id }) => id);

describe('the guard without one of its rules', () => {
  it.each(Object.entries(NAMED))('%s: these vectors turn red', (rule, ids) => {
    expect(ids.length).toBeGreaterThan(0);
    expect(redWithout(rule)).toEqual(ids);
  });

  it('has no rule that nobody would miss', () => {
    const denying = new Set([...before.values()].flatMap((verdicts) => verdicts.split(',')).filter((verdict) => verdict !== 'allow'));
    const rules = [...denying].map((verdict) => verdict.replace('deny ', ''));
    expect(rules.filter((rule) => !(rule in NAMED))).toEqual([]);
  });

  it('denies each of its own vectors while it is whole', () => {
    for (const id of Object.keys(OWN_VECTORS)) expect(before.get(id)).toMatch(/^deny/);
  });
});
