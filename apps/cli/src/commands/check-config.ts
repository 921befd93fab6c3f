import { readDeclared } from '@toolplane/config';
import { definitionFaults } from '@toolplane/security/schemas';

/**
 * Checks a folder of declared configuration as the registry will when it starts, but for what only a deployment knows: its secrets, the
 * providers it runs and what is in its database.
 * @throws ConfigurationError with every fault, each with file and line
 */
export function checkConfig(folder: string, say: (line: string) => void = console.log): void {
  const { set } = readDeclared(folder, definitionFaults);
  say(`${folder} is right: ${counted(set.tools, 'tool')}, ${counted(set.toolkits, 'toolkit')}, ${counted(set.agents, 'agent type')}.`);
  for (const { agent, assignments } of set.agents) say(`  ${agent.name}: ${assignments.map(({ tool }) => tool).join(', ') || 'no tools of its own'}`);
}

const counted = ({ length }: readonly unknown[], what: string): string => `${length} ${what}${length === 1 ? '' : 's'}`;
