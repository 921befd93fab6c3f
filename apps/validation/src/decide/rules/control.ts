import { isControlTool, type RegistryTool } from '@toolplane/contracts/documents';

/** The registry lets no other tool take a control tool's name; that it is without effect is looked at once more. */
export const isControl = ({ name, type, isDangerous, requiresApproval }: RegistryTool): boolean =>
  isControlTool(name) && (type === 'builtin' || type === 'dummy') && !isDangerous && !requiresApproval;
