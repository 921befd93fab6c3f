import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileSchema } from './compile-schema.js';
import { DEVIATIONS } from './test-suite.cases.js';

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}
/** The required tests of 2020-12, as they are published; see LICENSE and README.md there. */
const FOLDER = path.join(import.meta.dirname, 'fixtures/json-schema-test-suite');
const GROUPS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((file) => (JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Group[]).map((group) => ({ ...group, title: `${file}: ${group.description}` })));
const deviating = new Set(DEVIATIONS.flatMap(({ groups }) => groups));

/** Titles of the tests that are answered otherwise than the suite has it; all of them where the schema is refused. */
const otherwise = (schema: unknown, tests: Group['tests']): readonly string[] => {
  const compiled = compileSchema(schema);
  return tests.filter(({ data, valid }) => !compiled.ok || (compiled.check(data).length === 0) !== valid).map(({ description }) => description);
};
const groupOf = (title: string) => {
  const found = GROUPS.filter((each) => each.title === title);
  if (found.length !== 1) throw new Error(`the suite has ${found.length} groups ${title}`);
  return found[0] as (typeof GROUPS)[number];
};

describe('the official test suite of JSON Schema 2020-12', () => {
  it('passes 1,067 of 1,299 required tests; why not the others is listed below', () => {
    const total = GROUPS.reduce((sum, { tests }) => sum + tests.length, 0);
    const failing = GROUPS.reduce((sum, { schema, tests }) => sum + otherwise(schema, tests).length, 0);
    expect([total - failing, total]).toEqual([1_067, 1_299]);
  });

  const files = [...new Set(GROUPS.map(({ title }) => title.split(':')[0] ?? ''))];
  it.each(files)('%s', (file) => {
    const strict = GROUPS.filter(({ title }) => title.startsWith(`${file}:`) && !deviating.has(title));
    expect(strict.flatMap(({ title, schema, tests }) => otherwise(schema, tests).map((test) => `${title}: ${test}`))).toEqual([]);
  });

  describe.each(DEVIATIONS)('deviates: $because', ({ groups, says, asIf }) => {
    it.each(groups)('%s', (title) => {
      const { schema, tests } = groupOf(title);
      const compiled = compileSchema(schema);
      if (says !== null) expect(compiled).toEqual({ ok: false, errors: [{ pointer: expect.any(String), detail: expect.stringContaining(says) }] });
      else expect(otherwise(schema, tests)).toEqual([expect.stringContaining('only an annotation by default')]);
      if (asIf) expect(otherwise(asIf(schema), tests)).toEqual([]);
    });
  });
});
