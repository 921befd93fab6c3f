import { sampleTool, sampleVersion } from '../testing/sample.js';
import { CompiledVersions } from './compiled-versions.js';

describe('compiled versions', () => {
  it('are compiled once', () => {
    const versions = new CompiledVersions();
    const [tool, version] = [sampleTool(), sampleVersion()];
    expect(versions.of(tool, version)).toBe(versions.of(tool, version));
  });

  it('take name and authentication from the current tool, all else from the version', () => {
    const versions = new CompiledVersions();
    const version = sampleVersion({ timeoutMs: 5, name: 'old' });
    versions.of(sampleTool(), version);
    const { terms } = versions.of(sampleTool({ name: 'new', auth: { type: 'api_key', in: 'header', name: 'x-key', secretRef: 'weather' }, isDangerous: true }), version);
    expect(terms).toMatchObject({ name: 'new', version: '1.0.0', timeoutMs: 5, auth: { secretRef: 'weather' }, sensitive: { input: ['/key'], output: [] } });
  });

  it.each([
    ['http', { url: 'https://api.example.com' }],
    ['mcp', { url: 'https://mcp.example.com', tool: 'search' }],
    ['builtin', { implementation: 'calculator' }],
    ['dummy', {}],
    ['dummy', { response: { url: 'x' } }],
  ])('go to the worker of their own part: %s', (provider, spec) => {
    const current = sampleTool({ type: 'dummy', provider: 'dummy' });
    expect(new CompiledVersions().of(current, sampleVersion({ spec })).terms.provider).toBe(provider);
  });

  it('take everything for secret where the schema cannot be read', () => {
    const { input, terms } = new CompiledVersions().of(sampleTool(), sampleVersion({ inputSchema: { $ref: 'x' }, outputSchema: { $ref: 'y' } }));
    expect(input.ok).toBe(false);
    expect(terms.sensitive).toEqual({ input: ['/*'], output: ['/*'] });
  });

  it('take every member for secret where the whole payload is marked', () => {
    const version = sampleVersion({ inputSchema: { type: 'object', writeOnly: true }, outputSchema: { type: 'string', writeOnly: true } });
    expect(new CompiledVersions().of(sampleTool(), version).terms.sensitive).toEqual({ input: ['/*'], output: [''] });
  });
});
