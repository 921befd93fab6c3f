import { verdicts, type Rule } from '../rule.js';

const is = verdicts('tool_exists');
const NO_TOOL = is.fail('TOOL_NOT_FOUND', 'there is no such tool for this tenant');
const NO_VERSION = is.fail('TOOL_VERSION_NOT_FOUND', 'the tool has no such version');
/** The registry tells of a version before it makes it current: this is a fault of ours. */
const INCOMPLETE = is.fail('INTERNAL', 'the current version of the tool is not known here');

export const toolExists: Rule = {
  name: 'tool_exists',
  judge: ({ tool, version, wantedVersion, assignment }) => (!tool ? NO_TOOL : version ? is.pass : wantedVersion === undefined && !assignment?.version ? INCOMPLETE : NO_VERSION),
};
