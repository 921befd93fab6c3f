import { waitSeconds } from './prefer.js';

describe('waitSeconds', () => {
  it.each([
    ['wait=10', 10],
    ['wait=600', 60],
    ['wait=0', 0],
    ['respond-async, wait=5', 5],
    ['Wait = "7"; foo', 7],
    [['handling=lenient', 'wait=3'], 3],
    ['wait=1, wait=9', 1],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['wait', null],
    ['waiting=5', null],
    [undefined, null],
  ])('%j is %p', (prefer, expected) => {
    expect(waitSeconds(prefer)).toBe(expected);
  });
});
