import { readFileSync } from 'node:fs';
import { ERRORS } from './catalogue.js';

const page = readFileSync(new URL('../../../../docs/runbook.md', import.meta.url), 'utf8');
const section = page.slice(page.indexOf('## What does not work'));
const rows = [...section.slice(0, section.indexOf('\n## ')).matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)];

describe('the runbook', () => {
  it('says of every code of the catalogue what to do, once, and of no other', () => {
    expect(rows.map(([, code]) => code).sort()).toEqual(Object.keys(ERRORS).sort());
    for (const [, , advice = ''] of rows) expect(advice.trim().length).toBeGreaterThan(10);
  });
});
