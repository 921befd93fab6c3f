import { checkTemplate, render } from './template.js';

const payload = { type: 'object', properties: { user: { $ref: '#/$defs/user' }, tags: { type: 'array', items: { type: 'string' } } }, $defs: { user: { type: 'object', properties: { id: { type: 'integer' } } } } };
const faults = (template: unknown): string[] => checkTemplate(template, '/body', { payload }).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('the template form', () => {
  it('keeps the type of the value it takes in', () => {
    const template = { id: { $from: '/payload/user/id' }, list: [{ $from: '/payload/tags' }], fixed: 'x' };
    expect(render(template, { payload: { user: { id: 7 }, tags: ['a'] } })).toEqual({ id: 7, list: [['a']], fixed: 'x' });
  });

  it('takes the default where the pointer leads nowhere, and says what is missing where there is none', () => {
    expect(render({ $from: '/payload/a', default: null }, { payload: {} })).toBeNull();
    expect(() => render({ $from: '/payload/a' }, { payload: {} })).toThrow(expect.objectContaining({ code: 'REQUEST_INPUT_INVALID' }));
  });

  it('keeps null and false of the payload, default or not', () => {
    expect(render([{ $from: '/payload/a', default: 1 }, { $from: '/payload/b', default: 1 }], { payload: { a: null, b: false } })).toEqual([null, false]);
  });

  it('never reaches an inherited member', () => {
    for (const pointer of ['/payload/__proto__', '/payload/constructor', '/payload/tags/length', '/constructor']) {
      expect(() => render({ $from: pointer }, { payload: { tags: [] } })).toThrow();
    }
  });

  it('is checked against the input schema when it is written', () => {
    expect(faults({ a: { $from: '/payload/user/id' }, b: { $from: '/payload/tags/0' } })).toEqual([]);
    expect(faults({ a: [{ $from: '/payload/usr' }] })).toEqual(['/body/a/0/$from leads to a field that the schema does not declare; declare it or give a "default"']);
    expect(faults({ $from: '/payload/usr', default: 1 })).toEqual([]);
    expect(faults({ $from: 'payload' })).toEqual(['/body/$from is not a JSON Pointer such as /payload/name']);
    expect(faults({ $from: '/secrets/a' })).toEqual(['/body/$from must begin with one of /payload']);
    expect(faults({ $from: '/payload/user', then: 1 })).toEqual(['/body beside $from only "default" may stand, not then']);
  });
});
