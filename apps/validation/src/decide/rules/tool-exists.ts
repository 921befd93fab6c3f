import type { RegistryTool } from '@toolplane/contracts/documents';
import { verdicts, type Rule, type Verdict } from '../rule.js';

const is = verdicts('tool_exists');
const NO_TOOL = is.fail('TOOL_NOT_FOUND', 'there is no such tool for this tenant');
/** The registry tells of a version before it makes it current: this is a fault of ours. */
const INCOMPLETE = is.fail('INTERNAL', 'the current version of the tool is not known here');

const noVersion = (tool: RegistryTool, requested: string | undefined, pinned: string | null): Verdict =>
  is.fail('TOOL_VERSION_NOT_FOUND', 'the tool has no such version', { requested: requested ?? null, pinned, current: tool.currentVersion });

export const toolExists: Rule = {
  name: 'tool_exists',
  judge: ({ tool, version, wantedVersion, assignment }) => {
    if (!tool) return NO_TOOL;
    if (version) return wantedVersion === undefined ? is.pass : is.passWith({ requested: wantedVersion });
    const pinned = assignment?.version ?? null;
    return wantedVersion === undefined && pinned === null ? INCOMPLETE : noVersion(tool, wantedVersion, pinned);
  },
};
