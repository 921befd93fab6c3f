import { shownHeaders, shownValue } from './shown-value.js';

describe('what is shown of a parked record', () => {
  it.each([null, 'no JSON, password: x', '{"data":{"payload":{"text":"hi"}} ', '{ "spaced" :  [1, 2.0] }', '"text"', '{"password":null}'])('is its very text where it has nothing to hide: %j', (text) => {
    expect(shownValue(text)).toEqual({ value: text, redactions: [] });
  });

  it('is all but members with telling names, and what is sealed', () => {
    expect(shownValue('{"id":"1","data":{"payload":{"apiKey":"c4n4ry","pin":{"$sealed":"a..b.c.d"},"n":1}}}')).toEqual({
      value: '{"id":"1","data":{"payload":{"apiKey":"[redacted]","pin":"[redacted]","n":1}}}',
      redactions: [{ pointer: '/value/data/payload/apiKey', rule: 'key' }, { pointer: '/value/data/payload/pin', rule: 'schema' }],
    });
  });

  it('is all but telling headers', () => {
    expect(shownHeaders({ authorization: 'Bearer x', ce_id: '1' })).toEqual({
      headers: { authorization: '[redacted]', ce_id: '1' }, redactions: [{ pointer: '/headers/authorization', rule: 'key' }],
    });
  });
});
