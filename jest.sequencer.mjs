import Sequencer from '@jest/test-sequencer';

/** The suites that take minutes begin first: whoever has a core left runs the others meanwhile. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const long = ({ path }) => Number(path.endsWith('.contract.spec.ts'));
    return [...super.sort(tests)].sort((a, b) => long(b) - long(a));
  }
}
