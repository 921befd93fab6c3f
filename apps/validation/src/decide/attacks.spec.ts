import { checkName, foldName, type AssignmentBody } from '@toolplane/contracts/documents';
import { canonical, digest } from '@toolplane/security/chain';
import { compileSchema } from '@toolplane/security/schemas';
import { ControlProjection } from '../projection/control-projection.js';
import { RegistryProjection } from '../projection/registry-projection.js';
import { agentChanged, assignmentChanged, tenantChanged, toolChanged } from '../testing/sample.js';
import { Cases } from './cases.js';
import { decide } from './decide.js';
import { measure, payloadDigest } from './payload.js';

/** What is decided about a request for `echo` with this schema, by an agent with this assignment. */
function decided(inputSchema: Record<string, unknown>, payload: unknown, assignment: AssignmentBody = {}) {
  const registry = new RegistryProjection();
  for (const { tenantid, data } of [tenantChanged('demo'), ...toolChanged({}, [{ inputSchema }]), agentChanged(), assignmentChanged(assignment)]) registry.apply(tenantid, data);
  const { given } = new Cases(registry, new ControlProjection()).of({
    tenantId: 'demo', tool: 'echo', version: undefined, agent: 'analysis', sessionId: null, payload: payload as Record<string, unknown>,
  });
  const { outcome, failed } = decide(given);
  return failed?.code ?? outcome;
}
const parsed = (text: string): unknown => JSON.parse(text);
/** Wide enough for a slow machine under load; what is bounded is bounded by counted steps, far below it. */
const BUDGET_MS = 1_000;
const A = 'a'.repeat(100_000);

describe('an attack on a decision', () => {
  it.each<[string, Record<string, unknown>, unknown, string, AssignmentBody?]>([
    ['S1 a pattern that kills a backtracking engine', { properties: { text: { pattern: '^(a+)+$' } } }, { text: `${A}!` }, 'REQUEST_INPUT_INVALID'],
    ['S1 the same among the names', { patternProperties: { '^(a|a)*$': false } }, { [`${A}!`]: 1 }, 'allowed'],
    ['S1 the same in a format', { properties: { text: { format: 'email' } } }, { text: `${A}@${A}` }, 'REQUEST_INPUT_INVALID'],
    ['S1 the same in a denied value', {}, { text: `${A}!` }, 'allowed', { deniedParameters: { text: [{ matches: '^(a+)+$' }] } }],
    ['S1 a pattern that was never proven', { properties: { text: { pattern: '(?=a)b' } } }, { text: 'b' }, 'INTERNAL'],
    ['S2 $data in a pattern', { properties: { text: { pattern: { $data: '1/p' } } } }, { text: 'x', p: '^(a+)+$' }, 'INTERNAL'],
    ['S3 a reference to a server', { $ref: 'https://attacker.example/schema' }, { text: 'x' }, 'INTERNAL'],
    ['S4 a definition that branches into itself', { $ref: '#/$defs/n', $defs: { n: { anyOf: [{ properties: { a: { $ref: '#/$defs/n' } } }, { not: { properties: { a: { $ref: '#/$defs/n' } } } }], properties: { a: { $ref: '#/$defs/n' } } } } }, parsed(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`), 'REQUEST_INPUT_INVALID'],
    ['S4 uniqueItems over many', { properties: { list: { uniqueItems: true, maxItems: 100 } } }, { list: Array.from({ length: 20_000 }, (_, n) => [n]) }, 'REQUEST_INPUT_INVALID'],
    ['S4 a schema that comes back to itself', { $ref: '#' }, { text: 'x' }, 'INTERNAL'],
    ['S6 a member that reaches the prototype', {}, parsed('{"text":"x","__proto__":{"isDangerous":false}}'), 'REQUEST_INPUT_INVALID'],
    ['S6 the same, deep', {}, parsed('{"text":[{"constructor":{"prototype":{}}}]}'), 'REQUEST_INPUT_INVALID'],
    ['S6 the same as a default', {}, { text: 'x' }, 'REQUEST_INPUT_INVALID', parsed('{"parameterDefaults":{"__proto__":{"a":1}}}') as AssignmentBody],
    ['S6 the same as an allowed parameter', {}, { toString: 1 }, 'PARAMETER_NOT_ALLOWED', { allowedParameters: ['text'] }],
    ['S7 a text for a truth value', { properties: { force: { type: 'boolean' } } }, { force: 'false' }, 'REQUEST_INPUT_INVALID'],
    ['S7 a default of the schema, which is not filled in', { properties: { text: { default: 'x' } }, required: ['text'] }, {}, 'REQUEST_INPUT_INVALID'],
    ['S9 a number beyond doubles', {}, parsed('{"text":1e400}'), 'REQUEST_INPUT_INVALID'],
    ['S9 NUL and a lone surrogate', { properties: { text: { type: 'string' } } }, parsed('{"text":"\\u0000\\ud800"}'), 'allowed'],
    ['a payload of 100,000 levels', {}, parsed(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`), 'REQUEST_TOO_LARGE'],
  ])('ends in its own answer, in time: %s', (_title, ...[schema, payload, expected, assignment]) => {
    const start = performance.now();
    expect(decided(schema, payload, assignment)).toBe(expected);
    expect(performance.now() - start).toBeLessThan(BUDGET_MS);
    expect(({} as Record<string, unknown>)['isDangerous']).toBeUndefined();
  });

  it('S3 two tenants’ schemas under one $id know nothing of each other', () => {
    const $id = 'https://example.com/shared';
    expect(decided({ $id, properties: { text: { type: 'string' } } }, { text: 'x' })).toBe('allowed');
    expect(decided({ $id, properties: { text: { type: 'number' } } }, { text: 'x' })).toBe('REQUEST_INPUT_INVALID');
  });

  it('S5 a payload with ten thousand faults is answered with one, in few words', () => {
    const schema = compileSchema({ additionalProperties: { type: 'string' } });
    const payload = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${'k'.repeat(30)}${n}`, n]));
    expect(JSON.stringify(schema.ok && schema.check(payload)).length).toBeLessThan(500);
  });

  it.each(['echo.', 'echo ', '../echo', 'ECHO', 'еcho', 'ec\u200bho', 'ec\u202eho', 'e\u0301cho', 'ｅcho', ''])('S8 %j is no name of a tool', (name) => {
    expect(checkName(name)).not.toEqual([]);
    expect(foldName('e-c_ho')).toBe('echo');
  });

  it('S9 S10 numbers and texts have one form, whatever they were written as', () => {
    const one = parsed('{"b":-0,"a":1e2,"big":12345678901234567890,"s":"\\u0061"}');
    const other = parsed('{ "s":"a", "big": 12345678901234567000, "a":100.0, "b":0 }');
    expect(canonical(one)).toBe(canonical(other));
    expect(digest(one)).toBe(digest(other));
    expect(payloadDigest(measure(one as Record<string, unknown>))).toBe(digest(other));
  });
});
