import type { EgressPolicy } from '@toolplane/contracts/documents';
import { compileEgressPolicy, decideAddresses, decideUrl, type EgressRules } from './index.js';

const policyOf = (document: Partial<EgressPolicy>): EgressRules => {
  const compiled = compileEgressPolicy({ default: 'public-https', ...document });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.rules;
};
const call = { tenant: 'demo', tool: { id: 'tool-1', name: 'weather' }, method: 'GET' };
const faults = (document: Partial<EgressPolicy>): readonly string[] => {
  const compiled = compileEgressPolicy({ default: 'deny', ...document });
  return compiled.ok ? [] : compiled.errors.map(({ pointer }) => pointer);
};

describe('deciding about a URL', () => {
  it('lets public HTTPS on port 443 through by default, and nothing else', () => {
    const policy = policyOf({});
    expect(decideUrl(policy, 'https://api.example.com/x', call)).toMatchObject({ verdict: 'allow', rule: 'public_https', entry: null });
    expect(decideUrl(policy, 'http://api.example.com/x', call)).toMatchObject({ verdict: 'deny', rule: 'public_https' });
    expect(decideUrl(policy, 'https://api.example.com:8443/x', call)).toMatchObject({ verdict: 'deny', rule: 'public_https' });
    expect(decideUrl(policy, 'https://93.184.216.34/x', call)).toMatchObject({ verdict: 'deny', rule: 'ip_literal' });
    expect(decideUrl(policy, 'https://vault.internal/x', call)).toMatchObject({ verdict: 'deny', rule: 'local_name' });
  });

  it('judges an origin that an entry names by its entries alone', () => {
    const policy = policyOf({ allow: [{ origin: 'https://api.example.com', pathPrefix: '/v1/', tenants: ['acme'] }] });
    expect(decideUrl(policy, 'https://api.example.com/v1/x', call)).toMatchObject({ verdict: 'deny', rule: 'allow_list' });
    expect(decideUrl(policy, 'https://api.example.com/v1/x', { ...call, tenant: 'acme' })).toMatchObject({
      verdict: 'allow',
      rule: 'allow_list',
    });
    expect(decideUrl(policy, 'https://other.example.com/v1/x', call)).toMatchObject({ verdict: 'allow', rule: 'public_https' });
  });

  it('takes a tool by name and by id', () => {
    const policy = policyOf({
      default: 'deny',
      allow: [
        { origin: 'https://a.example.com', tools: ['weather'] },
        { origin: 'https://b.example.com', tools: ['tool-1'] },
      ],
    });
    expect(decideUrl(policy, 'https://a.example.com/', call).verdict).toBe('allow');
    expect(decideUrl(policy, 'https://b.example.com/', call).verdict).toBe('allow');
    expect(decideUrl(policy, 'https://a.example.com/', { ...call, tool: { id: 'tool-2', name: 'other' } }).verdict).toBe('deny');
  });

  it('covers sub-domains by a wildcard, never the apex', () => {
    const policy = policyOf({ default: 'deny', allow: [{ origin: 'https://*.hooks.example.net' }] });
    expect(decideUrl(policy, 'https://a.b.hooks.example.net/', call).verdict).toBe('allow');
    expect(decideUrl(policy, 'https://hooks.example.net/', call).verdict).toBe('deny');
    expect(decideUrl(policy, 'https://evilhooks.example.net/', call).verdict).toBe('deny');
  });

  it.each(['https://api.example.com/100%25', 'https://api.example.com./v1/x', 'https://api.example.com/v1/x?', 'https://api.example.com'])(
    'reads %s as canonical',
    (url) => {
      expect(decideUrl(policyOf({}), url, call).verdict).toBe('allow');
    },
  );

  it.each([
    'https://api.example.com../x',
    'https://api.example.com:/x',
    'https://api.example.com:0443/x',
    'https://-a.example.com/x',
    'https://a_b.example.com/x',
    'https://api.example.com/%zz',
    'https://api.example.com/%c0%ae%c0%ae/x',
    'https://api.example.com/a%25c0%25ae',
    'https://api.example.com/a%252fb',
    'https://api.example.com/a/..;/b',
    'https://api.example.com/%2e;x/b',
    'https://[fe80::1%25eth0]/',
    'https://127.0.0.1./',
    'https://0x7f.1/',
    'https://1e3/',
    'https://xn--/x',
    'https://[::1/',
    'https://',
    'https://api.example.com/a"b',
    "https://api.example.com/?a'b",
  ])('refuses %s', (url) => {
    expect(decideUrl(policyOf({ allow: [{ origin: 'http://127.0.0.1' }] }), url, call).verdict).toBe('deny');
  });

  it.each([
    ['url_length', `https://api.example.com/${'x'.repeat(8_200)}`],
    ['url_characters', 'https://api.example.com/a b'],
    ['url_characters', 'https://api.example.com/grün'],
    ['url_characters', 'https://api.example.com\\x'],
    ['url_fragment', 'https://api.example.com/#x'],
    ['url_scheme', 'ftp://api.example.com/'],
    ['url_shape', 'https:/api.example.com/'],
    ['url_userinfo', 'https://me@api.example.com/'],
    ['url_port', 'https://api.example.com:00443/'],
    ['url_host', 'https://api_1.example.com/'],
    ['url_address_form', 'https://127.1/'],
    ['url_address_form', 'https://2130706433/'],
    ['url_path', 'https://api.example.com/a//b'],
    ['url_path', 'https://api.example.com/a/../b'],
    ['url_canonical', 'https://api.example.com/{id}'],
  ])('gives the rule %s as the reason', (rule, url) => {
    expect(decideUrl(policyOf({}), url, call)).toMatchObject({ verdict: 'deny', rule });
  });

  it('takes scheme and port of an entry literally', () => {
    const policy = policyOf({ default: 'deny', allow: [{ origin: 'https://api.example.com' }] });
    for (const url of ['http://api.example.com:443/', 'http://api.example.com/', 'https://api.example.com:8443/']) {
      expect(decideUrl(policy, url, call).verdict).toBe('deny');
    }
  });

  it('never calls localhost by name, listed or not', () => {
    expect(decideUrl(policyOf({ allow: [{ origin: 'https://localhost' }] }), 'https://localhost/x', call)).toMatchObject({
      rule: 'local_name',
    });
  });
});

describe('deciding about addresses', () => {
  const opened = policyOf({ allow: [{ origin: 'http://127.0.0.1:8080' }], private: [{ cidr: '127.0.0.1/32', ports: [8080] }] });
  const [entry = null] = opened.allow;

  it('opens a range and port only for what an entry names', () => {
    expect(decideAddresses(opened, ['127.0.0.1'], { port: 8080, entry })).toMatchObject({ verdict: 'allow', rule: 'private_entry' });
    expect(decideAddresses(opened, ['127.0.0.1'], { port: 8081, entry })).toMatchObject({ verdict: 'deny', rule: 'loopback' });
    expect(decideAddresses(opened, ['127.0.0.2'], { port: 8080, entry })).toMatchObject({ verdict: 'deny', rule: 'loopback' });
    expect(decideAddresses(opened, ['127.0.0.1'], { port: 8080, entry: null })).toMatchObject({ verdict: 'deny', rule: 'loopback' });
  });

  it('opens no class that nobody has business with', () => {
    const wide = policyOf({
      allow: [{ origin: 'http://127.0.0.1:8080' }],
      private: [
        { cidr: '224.0.0.0/8', ports: [8080] },
        { cidr: '2002::/16', ports: [8080] },
      ],
    });
    expect(decideAddresses(wide, ['224.0.0.1'], { port: 8080, entry })).toMatchObject({ rule: 'multicast' });
    expect(decideAddresses(wide, ['2002:7f00:1::'], { port: 8080, entry })).toMatchObject({ rule: 'embedded_ipv4' });
  });

  it('refuses an empty answer and what is no address', () => {
    expect(decideAddresses(opened, [], { port: 443, entry })).toMatchObject({ rule: 'no_address' });
    expect(decideAddresses(opened, ['127.1', '::1%lo', 'evil'], { port: 443, entry })).toMatchObject({ rule: 'invalid' });
  });

  it('finds an IPv4 address that ISATAP hides under a public prefix', () => {
    expect(decideAddresses(opened, ['2606:2800:220:1:0:5efe:7f00:1'], { port: 443, entry })).toMatchObject({ rule: 'embedded_ipv4' });
    expect(decideAddresses(opened, ['4000::1'], { port: 443, entry })).toMatchObject({ rule: 'reserved' });
  });
});

describe('the operator’s policy', () => {
  it('is refused as a whole, with every fault named', () => {
    expect(
      faults({
        allow: [
          { origin: '*' },
          { origin: 'https://*.com' },
          { origin: 'https://api.example.com/v1' },
          { origin: 'https://api.example.com', pathPrefix: '/v1' },
        ],
        private: [
          { cidr: '10.0.0.0/4', ports: [80] },
          { cidr: '10/8', ports: [80] },
          { cidr: '10.0.0.0/8', ports: [] },
          { cidr: '10.0.0.0/8', ports: [0] },
        ],
        proxy: 'https://user:word@proxy:3128/',
      }),
    ).toEqual([
      '/allow/0/origin',
      '/allow/1/origin',
      '/allow/2/origin',
      '/allow/3/pathPrefix',
      '/private/0/cidr',
      '/private/1/cidr',
      '/private/2/ports',
      '/private/3/ports',
      '/proxy',
    ]);
  });

  it('answers with the A-label to use, where there is no doubt which', () => {
    const detail = (origin: string): string => {
      const compiled = compileEgressPolicy({ default: 'deny', allow: [{ origin }] });
      return compiled.ok ? '' : (compiled.errors[0]?.detail ?? '');
    };
    expect(detail('https://bücher.example')).toContain('https://xn--bcher-kva.example');
    expect(detail('https://faß.de')).not.toContain('fass');
  });
});
