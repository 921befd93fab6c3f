import { completeTool, type ToolBody } from '@toolplane/contracts/documents';
import { cases } from './diff.cases.js';
import { diffTools } from './diff.js';
import { nextVersion } from './next-version.js';

const tool: ToolBody = { name: 'echo', description: 'Says it again.', category: 'test', type: 'dummy', inputSchema: { type: 'object' } };

describe('the difference of two definitions', () => {
  it.each(cases)('%s', (_title, before, after, change, pointers) => {
    const diff = diffTools(completeTool({ ...tool, ...before }), completeTool({ ...tool, ...after }));
    expect(diff.change).toBe(change);
    expect(diff.entries.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('points at a large value and does not carry it', () => {
    const [entry] = diffTools(completeTool(tool), completeTool({ ...tool, description: 'x'.repeat(5000) })).entries;
    expect(entry).toEqual({ pointer: '/description', change: 'metadata', from: 'Says it again.' });
  });

  it('stays small whatever changes', () => {
    const wide = (names: string) => ({ type: 'object', properties: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${names}${i}`, {}])) });
    expect(diffTools(completeTool({ ...tool, inputSchema: wide('a') }), completeTool({ ...tool, inputSchema: wide('b') })).entries).toHaveLength(100);
  });
});

describe('the number of a version', () => {
  it.each([
    [[], 'breaking', '1.0.0'],
    [['1.0.0'], 'breaking', '2.0.0'],
    [['1.0.0', '1.9.0', '1.10.0'], 'compatible', '1.11.0'],
    [['1.0.0', '3.2.1', '2.0.0'], 'metadata', '3.2.2'],
  ] as const)('after %j a %s change is %s', (existing, change, expected) => {
    expect(nextVersion(existing, change)).toBe(expected);
  });
});
