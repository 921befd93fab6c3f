import { Compile } from 'typebox/compile';
import { checkPlaybook } from './check-playbook.js';
import { PlaybookBody, type PlaybookStep } from './playbook.js';

const look: PlaybookStep = { id: 'look', title: 'Look at it', type: 'manual' };
const call: PlaybookStep = { id: 'call', title: 'Call', type: 'call_tool', tool: 'echo', payload: { text: { $from: '/exception/attributes/orderId' } } };
const ask: PlaybookStep = { id: 'ask', title: 'Done?', type: 'decision', choices: [{ id: 'yes', title: 'Yes', next: null }, { id: 'no', title: 'No', next: 'call' }] };
const playbook = (...steps: PlaybookStep[]): PlaybookBody => ({ name: 'refund', steps });
const faults = (...steps: PlaybookStep[]): string[] => checkPlaybook(playbook(...steps)).map(({ pointer }) => pointer);

describe('a playbook', () => {
  it('may have steps of each type, and take values from the exception and from what was done before', () => {
    const later: PlaybookStep = {
      ...call, id: 'later',
      payload: {
        choice: { $from: '/steps/ask/output/choice' }, note: { $from: '/steps/look/output/comment', default: '' }, deep: [{ all: { $from: '/steps/call/output' } }],
        title: { $from: '/exception/title' }, literal: 1,
      },
    };
    const body = playbook(look, ask, call, later);
    expect(Compile(PlaybookBody).Check(body)).toBe(true);
    expect(checkPlaybook(body)).toEqual([]);
  });

  it.each<[string, PlaybookStep[], string[]]>([
    ['two steps of one id', [look, { ...look, title: 'Again' }], ['/steps/1/id']],
    ['a call without a tool', [{ id: 'a', title: 'A', type: 'call_tool' }], ['/steps/0/tool', '/steps/0/payload']],
    ['a tool in a manual step', [{ ...look, tool: 'echo' }], ['/steps/0/tool']],
    ['a decision without choices', [{ id: 'a', title: 'A', type: 'decision' }], ['/steps/0/choices']],
    ['two choices of one id', [{ ...ask, choices: [{ id: 'a', title: 'A', next: null }, { id: 'a', title: 'B', next: null }] }], ['/steps/0/choices/1/id']],
    ['a next that is no step', [{ ...ask, choices: [{ id: 'a', title: 'A', next: 'nowhere' }] }], ['/steps/0/choices/0/next']],
    ['a way back, which could go round for ever', [call, ask], ['/steps/1/choices/1/next']],
    ['a decision that leads to itself', [{ ...ask, choices: [{ id: 'a', title: 'A', next: 'ask' }] }], ['/steps/0/choices/0/next']],
    ['a field that no exception has', [{ ...call, payload: { a: { $from: '/exception/owner' } } }], ['/steps/0/payload/a/$from']],
    ['a source that there is not', [{ ...call, payload: { a: { $from: '/payload/text' } } }], ['/steps/0/payload/a/$from']],
    ['what is no pointer', [{ ...call, payload: { a: { $from: 'exception' } } }], ['/steps/0/payload/a/$from']],
    ['a step that is not there', [{ ...call, payload: { a: { $from: '/steps/none/output', default: 1 } } }], ['/steps/0/payload/a/$from']],
    ['the output of a later step', [{ ...call, payload: { a: { $from: '/steps/look/output' } } }, look], ['/steps/0/payload/a/$from']],
    ['the output of the step itself', [{ ...call, payload: { a: { $from: '/steps/call/output' } } }], ['/steps/0/payload/a/$from']],
    ['a member of a step that is no output', [look, { ...call, payload: { a: { $from: '/steps/look/title' } } }], ['/steps/1/payload/a/$from']],
    ['a choice of a step that has none', [look, { ...call, payload: { a: { $from: '/steps/look/output/choice' } } }], ['/steps/1/payload/a/$from']],
  ])('is refused with %s', (_title, steps, pointers) => {
    expect(faults(...steps)).toEqual(pointers);
  });

  it('is refused under a name that has the form of an id', () => {
    expect(checkPlaybook({ ...playbook(look), name: '0910f337-bcfe-5d40-bebe-04bd023aed9b' }).map(({ pointer }) => pointer)).toEqual(['/name']);
  });
});
