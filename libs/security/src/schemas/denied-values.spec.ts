import type { DeniedValue } from '@toolplane/contracts/documents';
import fc from 'fast-check';
import { compileDenials, type CompiledDenials } from './denied-values.js';

const denials = (...values: readonly DeniedValue[]): CompiledDenials => {
  const compiled = compileDenials({ p: values });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled;
};
const denies = (denied: DeniedValue, value: unknown): boolean => denials(denied).find({ p: value }).length > 0;

/** A denial, values that it denies, values that it does not: each with the reason why it could be mistaken. */
const CASES: readonly (readonly [title: string, denied: DeniedValue, denied: readonly unknown[], free: readonly unknown[]])[] = [
  ['a path and all below it', '/etc', ['/etc', '/etc/', '/etc/passwd', '/ETC/passwd'], ['/etcetera', '/var/etc', 'etc', 'cat /etc', '']],
  ['a path, however it is spelled', { prefix: '/etc' }, ['//etc//passwd', '/./etc/x', '/var/../etc/x', '/etc/../etc/x', '\\etc\\passwd', 'file:///etc/passwd', 'file:/etc', 'file://localhost/etc/x'], ['/etc/../var', '/etc/..']],
  ['a path behind an encoding', { prefix: '/etc' }, ['%2Fetc/passwd', '/%65tc/passwd', '%252Fetc%252Fpasswd', '/var/%2e%2e/etc', '／etc/passwd', '/e\u200btc/passwd', ' /etc/passwd', '/etc\u0000/x'], ['%2Fetcetera', '/%zz']],
  ['a path that is reached by climbing from a place that is not known', '/etc', ['../../etc/passwd', 'a/../../etc/passwd', '..\\..\\etc\\passwd'], ['../etcetera', 'a/../etc']],
  ['climbing itself', '../', ['../x', 'a/../../x', '..', '..%2fx'], ['a/../b', '/a/../../b', 'a..b', '...']],
  ['everything that is absolute', '/', ['/', '/x', '\\x'], ['x', './x']],
  ['a home directory', '~/.ssh', ['~/.ssh/id', '~//.ssh'], ['~/.sshd', '~']],
  ['a drive', 'C:\\Windows', ['c:/windows/system32', 'C:\\Windows', '\\\\?\\C:\\Windows\\x'], ['C:\\WindowsOld', 'D:\\Windows']],
  ['a relative path', { prefix: 'secrets' }, ['secrets/a', './secrets', 'x/../secrets'], ['secretsx', 'x/secrets']],
  ['a text that is contained', 'rm -rf', ['rm -rf /', 'sudo RM  -RF', 'x; rm\t-rf', 'rm\u00a0-rf', 'ｒｍ -rf', 'rm\u200b -rf', 'rm%20-rf'], ['rm -r -f', 'rm -fr', 'farm', '']],
  ['a text that is contained, long form', { contains: '/etc' }, ['cat /etc/passwd', '/etcetera'], ['cat /e?c/passwd']],
  ['words that lie in a list', 'rm -rf', [['rm', '-rf', '/'], [['rm -rf']]], [['rm', '-r'], ['rm'], []]],
  ['items of a list and members of an object', '/etc', [['/tmp', '/etc/x'], { a: { b: '/etc' } }], [['/tmp'], { '/etc': 1 }]],
  ['an equal text', { equals: 'prod' }, ['prod', 'PROD', ' prod ', '%70rod', ['dev', 'prod']], ['production', 'pro d']],
  ['an equal number', 22, [22, 22.0, '22', [22]], [2222, '022', null]],
  ['an equal truth value', true, [true, 'true'], [false, 1]],
  ['null', null, [null, [null]], ['null', 0, '']],
  ['an equal object', { equals: { a: 1, b: [2] } }, [{ b: [2], a: 1 }, [{ a: 1, b: [2] }]], [{ a: 1 }, { a: 1, b: [2], c: 3 }]],
  ['a pattern', { matches: '^sudo\\b' }, ['sudo ls', '  sudo ls', 'sudo%20ls'], ['SUDO ls', 'x sudo']],
  ['a pattern without regard to case', { matches: '(?i)drop\\s+table' }, ['DROP  TABLE x'], ['drop']],
  ['a pattern for nothing', { matches: '^$' }, ['', ' '], ['x', {}, []]],
];

describe('a denied value', () => {
  it.each(CASES)('is %s', (_title, denied, found, free) => {
    expect(found.filter((value) => !denies(denied, value))).toEqual([]);
    expect(free.filter((value) => denies(denied, value))).toEqual([]);
  });

  it('says where, and which denial', () => {
    expect(denials('/root', '/etc').find({ p: ['/tmp', { at: '/etc/x' }], q: '/etc' })).toEqual([{ pointer: '/p/1/at', parameter: 'p', denied: '/etc', reason: 'denied' }]);
    const two = compileDenials({ a: ['x'], 'b/c': [{ equals: 1 }] }) as CompiledDenials;
    expect(two.find({ a: 'x', 'b/c': 1 }).map(({ pointer }) => pointer)).toEqual(['/a', '/b~1c']);
    expect(two.find({})).toEqual([]);
    expect(two.find(Object.create({ a: 'x' }) as Record<string, unknown>)).toEqual([]);
  });

  it('is not looked for in what is sealed: nobody can say that it is not there', () => {
    expect(denials('/etc').find({ p: [{ $sealed: 'a.b.c' }] })).toEqual([{ pointer: '/p/0', parameter: 'p', denied: null, reason: 'sealed' }]);
  });

  it.each<[string, DeniedValue, string]>([
    ['a pattern that needs more than linear time', { matches: '(?=a)b' }, '/p/0/matches'],
    ['a pattern that is no pattern', { matches: '(' }, '/p/0/matches'],
    ['a pattern that is enormous', { matches: '(a{900}b{900}){3}' }, '/p/0/matches'],
    ['nothing that is seen', { contains: ' \u200b' }, '/p/0/contains'],
    ['no path', './', '/p/0'],
  ])('cannot be %s', (_title, denied, pointer) => {
    expect(compileDenials({ p: [denied] })).toEqual({ ok: false, errors: [{ pointer, detail: expect.any(String) }] });
  });

  it('cannot be one of too many large patterns', () => {
    const large = { matches: 'a{1000}' };
    expect(compileDenials({ p: Array.from({ length: 20 }, () => large) })).toMatchObject({ ok: false });
  });

  it.each<[string, readonly DeniedValue[], unknown]>([
    ['many values and many denials', Array.from({ length: 200 }, (_, i) => `denied ${i}`), Array.from({ length: 60_000 }, () => 'x')],
    ['a long text and many denials', Array.from({ length: 200 }, (_, i) => ({ contains: `denied ${i}` })), 'x'.repeat(250_000)],
    ['a pattern with many states', [{ matches: '^[ab]*a[ab]{300}[0-9]$' }], 'ab'.repeat(125_000)],
    ['an encoding in an encoding', ['/etc'], '%25'.repeat(80_000)],
    ['many dots', ['/etc'], 'a/../'.repeat(50_000)],
    ['white space', ['x y'], ' \t'.repeat(125_000)],
    ['an object at every level', [{ equals: { a: 1 } }], JSON.parse(`${'{"a":'.repeat(60)}["${'x'.repeat(250_000)}"]${'}'.repeat(60)}`)],
  ])('is found, or the search given up and the call denied, in bounded time: %s', (_title, denied, value) => {
    const start = performance.now();
    for (const { reason } of denials(...denied).find({ p: value })) expect(reason).toBe('costly');
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('is found under every spelling that means the same', () => {
    const spelling = fc.constantFrom<(path: string) => string>(
      (path) => path, (path) => path.toUpperCase(), (path) => path.replaceAll('/', '//'), (path) => path.replaceAll('/', '\\'), (path) => `/x/../${path}`,
      (path) => `../../${path}`, (path) => path.replace('t', '%74'), (path) => path.replace('t', '\u00adt'), (path) => path.replaceAll('/', '/./'), (path) => `${path}/`,
    );
    fc.assert(
      fc.property(fc.array(spelling, { maxLength: 4 }), (spellings) => {
        const spelled = spellings.reduce((path, spell) => spell(path), '/etc/shadow');
        expect([spelled, denies('/etc', spelled)]).toEqual([spelled, true]);
      }),
      { numRuns: 300 },
    );
  });
});
