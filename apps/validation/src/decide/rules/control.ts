import { isControlTool, type RegistryTool } from '@toolplane/contracts/documents';

const known = new WeakMap<RegistryTool, boolean>();

/** The registry lets no other tool take a control tool's name; that it is without effect is looked at once more. Every rule on agents asks. */
export function isControl(tool: RegistryTool): boolean {
  let answer = known.get(tool);
  if (answer === undefined) known.set(tool, (answer = judge(tool)));
  return answer;
}

const judge = ({ name, type, isDangerous, requiresApproval }: RegistryTool): boolean =>
  isControlTool(name) && (type === 'builtin' || type === 'dummy') && !isDangerous && !requiresApproval;
